import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { REEL_ID_PATTERN } from '../../contract/reel';
import { createFile } from '../../platform/files/atomic-file';
import { ifPresent, onDisk } from '../../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../../platform/files/folders';
import type { Paths } from '../paths';
import type { Storage } from '../storage';

/** Which reels were made again from which: an empty file for each. */
export function createDirectoryRemakes(paths: Paths): Pick<Storage, 'linkRemake' | 'readRemakes'> {
  return {
    async linkRemake(oldId, newId) {
      const path = paths.remake(oldId, newId);
      await onDisk(`note that reel ${oldId} was made again`, async () => {
        await prepareFolder(dirname(path), paths.root);
        await createFile(path, '');
        await syncFolder(dirname(path));
      });
    },

    async readRemakes(reelId) {
      const folder = paths.remakes(reelId);
      return onDisk(`read what reel ${reelId} was made again as`, async () => {
        const names = (await ifPresent(readdir(folder))) ?? [];
        const ids = names.filter((name) => REEL_ID_PATTERN.test(name));
        const made = await Promise.all(
          ids.map(async (id) => ({ id, at: (await stat(join(folder, id))).mtimeMs })),
        );
        return made.sort((a, b) => a.at - b.at || a.id.localeCompare(b.id)).map(({ id }) => id);
      });
    },
  };
}
