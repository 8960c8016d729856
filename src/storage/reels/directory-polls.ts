import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hasCode, ifPresent, onDisk } from '../../platform/files/disk-fault';
import { dropIfDeleted } from './drop-if-deleted';
import type { Paths } from '../paths';
import type { Storage } from '../storage';

/** Takes a millisecond; longer only in a process that was frozen or died. */
const LOCK_MOST_MS = 5_000;
const LOCKED_WAIT_MS = 20;

/**
 * The time of the last poll of each generation's task, as the time of an empty file: a worker that was frozen or cut
 * off does not know of its successor, and the file is all that they share. Not synced: no poller survives a power cut.
 */
export function createDirectoryPolls(paths: Paths): Pick<Storage, 'takePollTurn' | 'forgetPolls'> {
  return {
    async takePollTurn({ reelId, generation, spacingMs }) {
      const path = paths.lastPoll(reelId, generation);
      return onDisk('note a poll', () =>
        locked(`${path}.lock`, async () => {
          const last = await ifPresent(stat(path));
          const now = new Date();
          const left = last ? last.mtimeMs + spacingMs - now.getTime() : 0;
          if (left > spacingMs) {
            // A time in the future is another machine's clock, or one that was set back: the spacing counts from now.
            await utimes(path, now, now);
            return spacingMs;
          }
          if (left > 0) return left;
          if (!last) await writeFile(path, '');
          await utimes(path, now, now);
          await dropIfDeleted(paths, reelId, path);
          return 0;
        }),
      );
    },

    async forgetPolls(reelId, generation) {
      const path = paths.lastPoll(reelId, generation);
      await onDisk('forget the polls of a task', () => rm(path, { force: true }));
    },
  };
}

/** Reading and writing the turn are two calls, hence a lock. Who finds it taken tries again; a dead process's lock is removed. */
async function locked(lock: string, take: () => Promise<number>): Promise<number> {
  try {
    await writeFile(lock, '', { flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const since = (await ifPresent(stat(lock)))?.mtimeMs ?? Date.now();
    // A lock from the future, too: the clock was set back.
    if (Math.abs(Date.now() - since) > LOCK_MOST_MS) await rm(lock, { force: true });
    return LOCKED_WAIT_MS;
  }
  try {
    return await take();
  } finally {
    await rm(lock, { force: true });
  }
}
