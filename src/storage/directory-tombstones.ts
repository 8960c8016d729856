import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { createFile } from './atomic-file';
import { ifPresent, onDisk } from './disk-fault';
import { prepareFolder, syncFolder } from './folders';
import type { Paths } from './paths';
import { StorageError, type Storage } from './storage';

const tombstoneShape = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  client: z.string(),
  bodyHash: z.string(),
  deletedAt: z.string(),
});

/** `deleted.json`, one for each reel that was deleted. */
export function createDirectoryTombstones(paths: Paths): Pick<Storage, 'writeTombstone' | 'readTombstone'> {
  return {
    async writeTombstone(tombstone) {
      const path = paths.tombstone(tombstone.id);
      await onDisk(`note that reel ${tombstone.id} is deleted`, async () => {
        await prepareFolder(dirname(path), paths.root);
        await createFile(path, `${JSON.stringify(tombstone)}\n`);
        await syncFolder(dirname(path));
      });
    },

    async readTombstone(reelId) {
      const path = paths.tombstone(reelId);
      const text = await onDisk(`see whether reel ${reelId} is deleted`, () =>
        ifPresent(readFile(path, 'utf8')),
      );
      if (text === undefined) return undefined;
      const { data } = tombstoneShape.safeParse(parseJson(text));
      if (data?.id === reelId) return data;
      // Never read as "not deleted": its key would order, and pay for, another reel.
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
