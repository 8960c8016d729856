import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { createFile } from '../../platform/files/atomic-file';
import { StorageError, ifPresent, onDisk } from '../../platform/files/disk-fault';
import { dropIfDeleted } from './drop-if-deleted';
import { prepareFolder, syncFolder } from '../../platform/files/folders';
import type { Paths } from '../paths';
import type { Tombstone } from '../../domain/tombstone';
import type { Storage } from '../storage';

const tombstoneShape = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  client: z.string(),
  bodyHash: z.string(),
  deletedAt: z.string(),
});

/** `deletion.json` of a reel that is to go, and `deleted.json` of one that is gone. */
export function createDirectoryTombstones(
  paths: Paths,
): Pick<Storage, 'writeTombstone' | 'readTombstone' | 'keepDeletion' | 'readDeletion'> {
  async function write(path: string, what: string, tombstone: Tombstone): Promise<void> {
    await onDisk(`note that reel ${tombstone.id} is ${what}`, async () => {
      await prepareFolder(dirname(path), paths.root);
      await createFile(path, `${JSON.stringify(tombstone)}\n`);
      await syncFolder(dirname(path));
    });
  }

  return {
    async keepDeletion(tombstone) {
      const path = paths.deletion(tombstone.id);
      await write(path, 'to be deleted', tombstone);
      // It may be gone by now, with what stood beside this.
      await onDisk('see whether the reel is deleted', () => dropIfDeleted(paths, tombstone.id, path));
    },
    writeTombstone: (tombstone) => write(paths.tombstone(tombstone.id), 'deleted', tombstone),

    async readDeletion(reelId) {
      const text = await onDisk(`see whether reel ${reelId} is to be deleted`, async () => {
        const gone = await ifPresent(readFile(paths.tombstone(reelId), 'utf8'));
        return gone ?? (await ifPresent(readFile(paths.deletion(reelId), 'utf8')));
      });
      const { data } = tombstoneShape.safeParse(parseJson(text ?? ''));
      return data?.id === reelId ? data : undefined;
    },

    async readTombstone(reelId) {
      const path = paths.tombstone(reelId);
      const text = await onDisk(`see whether reel ${reelId} is deleted`, () =>
        ifPresent(readFile(path, 'utf8')),
      );
      if (text === undefined) return undefined;
      const { data } = tombstoneShape.safeParse(parseJson(text));
      if (data?.id === reelId) return data;
      // Not read as "not deleted": its idempotency key would order, and pay for, another reel.
      throw new StorageError('bad_record', `deleted.json of reel ${reelId} cannot be read.`);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
