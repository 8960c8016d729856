import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../platform/files/atomic-file';
import { StorageError, ifPresent, onDisk } from '../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../platform/files/folders';
import type { MediaPaths } from './media-paths';

export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp';

const EXTENSIONS = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
} as const satisfies Record<ImageType, string>;

/** The name of an image: the hash of its bytes. */
export function imageName(bytes: Buffer, contentType: ImageType): string {
  return `${sha256(bytes)}.${EXTENSIONS[contentType]}`;
}

export async function putImage(paths: MediaPaths, name: string, bytes: Buffer): Promise<void> {
  const path = paths.image(name);
  await onDisk('keep the image', async () => {
    await prepareFolder(dirname(path), paths.root);
    await replaceFile(path, bytes);
  });
}

/** @throws StorageError `not_found` when there is none, or none undamaged. */
export async function readImage(
  paths: MediaPaths,
  name: string,
): Promise<{ bytes: Buffer; contentType: ImageType }> {
  const path = paths.image(name);
  const bytes = await onDisk('read the image', () => ifPresent(readFile(path)));
  if (!bytes) throw new StorageError('not_found', `There is no image stored:${name}.`);
  if (sha256(bytes) !== name.split('.')[0]) {
    throw new StorageError('not_found', `The image stored:${name} was damaged on disk: send it again.`);
  }
  return { bytes, contentType: typeOf(name) };
}

/**
 * Removes an image unless it is used. Taken away first, then looked at once more: a request with the same image may come between
 * the two. A redo finds what a process that died in between had taken.
 */
export async function removeImage(
  paths: MediaPaths,
  name: string,
  reelId: string,
  isUsed: () => Promise<boolean>,
): Promise<void> {
  const path = paths.image(name);
  await onDisk('remove the image', async () => {
    const taken = `${path}.${reelId}.taken`;
    if (!(await isUsed())) await ifPresent(rename(path, taken));
    if (await isUsed()) await ifPresent(rename(taken, path));
    else await rm(taken, { force: true });
    await ifPresent(syncFolder(dirname(path)));
  });
}

function typeOf(name: string): ImageType {
  const types = Object.keys(EXTENSIONS) as ImageType[];
  return types.find((type) => name.endsWith(EXTENSIONS[type])) ?? 'image/png';
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
