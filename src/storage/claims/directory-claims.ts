import { constants, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { createFile } from '../../platform/files/atomic-file';
import { formatClaimLine, parseClaim } from './claim-file';
import type { ClaimKey, Claims, TaskOwner } from './claims';
import { ifPresent, onDisk } from '../../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../../platform/files/folders';
import type { Paths } from '../paths';

/** Claims as files of a directory that all workers share. Needs a file system with hard links. */
export function createDirectoryClaims(paths: Paths): Claims {
  async function create(key: ClaimKey, line: string): Promise<boolean> {
    const path = paths.claim(key);
    const folder = dirname(path);
    return onDisk(`keep claim ${describeKey(key)}`, async () => {
      await prepareFolder(folder, paths.root);
      // A full disk shows before the claim exists: then nothing is claimed, and a later attempt may use this number.
      if (!(await createFile(path, line))) return false;
      try {
        await syncFolder(folder);
      } catch (error) {
        await withdraw(path);
        throw error;
      }
      return true;
    });
  }

  return {
    claim: (key, claim) => create(key, formatClaimLine({ kind: 'claimed', ...claim })),
    voidClaim: (key) => create(key, formatClaimLine({ kind: 'void' })),

    async answer(key, answer) {
      await onDisk(`keep the answer to claim ${describeKey(key)}`, () =>
        append(paths.claim(key), formatClaimLine(answer)),
      );
    },

    async read(key) {
      const path = paths.claim(key);
      return onDisk(`read claim ${describeKey(key)}`, async () => {
        const found = await ifPresent(Promise.all([readFile(path, 'utf8'), stat(path)]));
        return found && parseClaim(found[0], found[1].mtimeMs);
      });
    },

    async list(reelId) {
      const names = await onDisk(`list the claims of reel ${reelId}`, () =>
        ifPresent(readdir(paths.claims(reelId))),
      );
      return (names ?? []).flatMap((name) => {
        const [, generation, number] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
        return number === undefined ? [] : { reelId, generation: Number(generation), number: Number(number) };
      });
    },

    async takeTask(runwayTaskId, { reelId, generation }) {
      const path = paths.adoptedTask(runwayTaskId);
      return onDisk(`keep whose the task ${runwayTaskId} is`, async () => {
        await prepareFolder(dirname(path), paths.root);
        await createFile(path, `${JSON.stringify({ reelId, generation })}\n`);
        // Also of another's: its writer may have died before this.
        await syncFolder(dirname(path));
        return parseOwner(await readFile(path, 'utf8'));
      });
    },

    async releaseTask(runwayTaskId) {
      const path = paths.adoptedTask(runwayTaskId);
      await onDisk(`give back the task ${runwayTaskId}`, () => rm(path, { force: true }));
    },
  };
}

const owner = z.object({ reelId: z.string(), generation: z.number() });

function parseOwner(text: string): TaskOwner | undefined {
  try {
    return owner.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * The claim stands but may not survive a power cut, so its creator must not send. Nobody else could ever send
 * under it, hence void is the truth; without this line the next attempt would find a bare claim and would have to
 * ask for a decision about a task that cannot exist. Removing the file would be wrong: a reader may have seen it already.
 */
async function withdraw(path: string): Promise<void> {
  // When this fails too, the claim stays bare, and its outcome is unknown: a question too many, no payment.
  await append(path, formatClaimLine({ kind: 'void' })).catch(() => undefined);
}

async function append(path: string, line: string): Promise<void> {
  // Not `a`: that would create a missing claim, with an answer and without a sender.
  const handle = await open(path, constants.O_WRONLY | constants.O_APPEND);
  try {
    // A torn line may stand before, without its end.
    await handle.writeFile(`\n${line}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function describeKey({ reelId, generation, number }: ClaimKey): string {
  return `${generation}.${number} of reel ${reelId}`;
}
