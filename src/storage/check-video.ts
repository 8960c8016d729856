import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { StoredVideo } from '../domain/reel';
import { ifPresent, onDisk } from './disk-fault';
import { inspectVideo } from './inspect-video';
import { StorageError } from './storage';

/** What makes a file the file that was stored. */
export type Digest = Pick<StoredVideo, 'bytes' | 'sha256'>;

/** Checks a part or a stored file, whose digest may be known from its download. @throws StorageError `bad_video`, `disk` */
export async function checkVideo(path: string, digest?: Digest): Promise<StoredVideo> {
  return onDisk('read the video', async () => ({
    ...(digest ?? (await digestOf(path))),
    contentType: 'video/mp4',
    ...(await inspectVideo(path)),
  }));
}

/** The file at `path`, measured; undefined when there is none, or none that passes the check. @throws StorageError `disk` */
export async function findVideo(path: string): Promise<StoredVideo | undefined> {
  if ((await sizeOf(path)) === undefined) return undefined;
  try {
    return await checkVideo(path);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'bad_video') return undefined;
    throw error;
  }
}

/** Size of a stored file; undefined when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return onDisk('find the video', async () => (await ifPresent(stat(path)))?.size);
}

async function digestOf(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
