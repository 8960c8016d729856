import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from './atomic-file';
import { ifPresent, onDisk } from './disk-fault';
import { prepareFolder } from './folders';
import type { Paths } from './paths';
import { StorageError, type ImageType, type Storage } from './storage';

const EXTENSIONS = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
} as const satisfies Record<ImageType, string>;

/** Input images, each under the hash of its bytes. */
export function createDirectoryImages(paths: Paths): Pick<Storage, 'saveImage' | 'readImage'> {
  return {
    async saveImage(bytes, contentType) {
      const name = `${sha256(bytes)}.${EXTENSIONS[contentType]}`;
      const path = paths.image(name);
      await onDisk('keep the image', async () => {
        await prepareFolder(dirname(path), paths.root);
        await replaceFile(path, bytes);
      });
      return `stored:${name}`;
    },

    async readImage(reference) {
      const name = /^stored:(.*)$/.exec(reference)?.[1] ?? '';
      const path = paths.image(name);
      const bytes = await onDisk('read the image', () => ifPresent(readFile(path)));
      if (!bytes) throw new StorageError('not_found', `There is no image ${reference}.`);
      if (sha256(bytes) !== name.split('.')[0]) {
        throw new StorageError('not_found', `The image ${reference} was damaged on disk: send it again.`);
      }
      return { bytes, contentType: typeOf(name) };
    },
  };
}

function typeOf(name: string): ImageType {
  const types = Object.keys(EXTENSIONS) as ImageType[];
  return types.find((type) => name.endsWith(EXTENSIONS[type])) ?? 'image/png';
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
