import { access, readdir, readFile, rm } from 'node:fs/promises';
import { createFile } from '../platform/files/atomic-file';
import { ifPresent, onDisk } from '../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../platform/files/folders';
import type { Paths } from './paths';
import type { Storage } from './storage';

/** Forgetting reads every file, so it is not done at each sign-out. */
const FORGET_EVERY_MS = 3_600_000;

/** Sessions that were ended before they expired: a file each, with the time of expiry. */
export function createEndedSessions(paths: Paths): Pick<Storage, 'endSession' | 'isSessionEnded'> {
  let forgotAt = 0;

  async function forgetExpired(now: Date): Promise<void> {
    if (now.getTime() - forgotAt < FORGET_EVERY_MS) return;
    forgotAt = now.getTime();
    for (const name of await readdir(paths.endedSessions)) {
      const until = await ifPresent(readFile(paths.endedSession(name), 'utf8'));
      if (until !== undefined && Date.parse(until) <= now.getTime()) {
        await rm(paths.endedSession(name), { force: true });
      }
    }
  }

  return {
    endSession: ({ id, expiresAt, now }) =>
      onDisk('end a session', async () => {
        await prepareFolder(paths.endedSessions, paths.root);
        await createFile(paths.endedSession(id), expiresAt.toISOString(), 0o600);
        await syncFolder(paths.endedSessions);
        // Expired sessions are refused by their own time.
        await forgetExpired(now).catch(() => undefined);
      }),
    isSessionEnded: (id) =>
      onDisk('see whether a session was ended', async () => {
        const found = await ifPresent(access(paths.endedSession(id)).then(() => true));
        return found ?? false;
      }),
  };
}
