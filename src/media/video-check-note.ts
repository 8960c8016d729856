/** A file in which the worker notes how it checks videos, for the API, which checks none, and `doctor`. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VideoCheckNote } from '../contract/schemas/health';
import { replaceFile } from '../platform/files/atomic-file';
import { ifPresent, onDisk } from '../platform/files/disk-fault';
import { prepareFolder } from '../platform/files/folders';

const NAME = 'video-check.json';

/** @throws StorageError `disk` */
export async function writeVideoCheckNote(root: string, note: VideoCheckNote): Promise<void> {
  const path = join(root, NAME);
  await onDisk('note how videos are checked', async () => {
    await prepareFolder(dirname(path), root);
    await replaceFile(path, JSON.stringify(note));
  });
}

/** @returns undefined before any worker has started. @throws StorageError `disk` */
export async function readVideoCheckNote(root: string): Promise<VideoCheckNote | undefined> {
  const read = () => ifPresent(readFile(join(root, NAME), 'utf8'));
  const text = await onDisk('read how videos are checked', read);
  return text === undefined ? undefined : (JSON.parse(text) as VideoCheckNote);
}
