import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { REEL_ID_PATTERN } from '../../contract/reel';
import { createFile, replaceFile } from '../../platform/files/atomic-file';
import { StorageError, ifPresent, onDisk } from '../../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../../platform/files/folders';
import type { Paths } from '../paths';
import type { ImageType, Storage } from '../storage';

const EXTENSIONS = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
} as const satisfies Record<ImageType, string>;

type Images = Pick<Storage, 'saveImage' | 'useImage' | 'readImage' | 'releaseImage'>;

/** Input images, each under the hash of its bytes, and an empty file for each reel that uses it. */
export function createDirectoryImages(paths: Paths): Images {
  async function noteUse(name: string, reelId: string): Promise<void> {
    const path = paths.imageUse(name, reelId);
    await prepareFolder(dirname(path), paths.root);
    await createFile(path, '');
    await syncFolder(dirname(path));
  }

  async function isUsed(name: string): Promise<boolean> {
    const users = (await ifPresent(readdir(paths.imageUses(name)))) ?? [];
    return users.some((user) => REEL_ID_PATTERN.test(user));
  }

  return {
    async saveImage(bytes, contentType, reelId) {
      const name = `${sha256(bytes)}.${EXTENSIONS[contentType]}`;
      const path = paths.image(name);
      await onDisk('keep the image', async () => {
        // Before the image: whoever removes an image searches for uses after taking it away.
        await noteUse(name, reelId);
        await prepareFolder(dirname(path), paths.root);
        await replaceFile(path, bytes);
      });
      return `stored:${name}`;
    },

    async useImage(reference, reelId) {
      await onDisk('note the use of the image', () => noteUse(nameOf(reference), reelId));
    },

    async readImage(reference) {
      const name = nameOf(reference);
      const path = paths.image(name);
      const bytes = await onDisk('read the image', () => ifPresent(readFile(path)));
      if (!bytes) throw new StorageError('not_found', `There is no image ${reference}.`);
      if (sha256(bytes) !== name.split('.')[0]) {
        throw new StorageError('not_found', `The image ${reference} was damaged on disk: send it again.`);
      }
      return { bytes, contentType: typeOf(name) };
    },

    async releaseImage(reference, reelId) {
      const name = nameOf(reference);
      const path = paths.image(name);
      await onDisk('remove the image', async () => {
        await rm(paths.imageUse(name, reelId), { force: true });
        // Taken away first, then checked once more: a request with the same image may come between the two. A redo finds
        // what a process that died in between had taken.
        const taken = `${path}.${reelId}.taken`;
        if (!(await isUsed(name))) await ifPresent(rename(path, taken));
        if (await isUsed(name)) await ifPresent(rename(taken, path));
        else await rm(taken, { force: true });
        await ifPresent(syncFolder(dirname(path)));
      });
    },
  };
}

function nameOf(reference: string): string {
  return /^stored:(.*)$/.exec(reference)?.[1] ?? '';
}

function typeOf(name: string): ImageType {
  const types = Object.keys(EXTENSIONS) as ImageType[];
  return types.find((type) => name.endsWith(EXTENSIONS[type])) ?? 'image/png';
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
