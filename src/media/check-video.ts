import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { StoredVideo } from '../contract/schemas/reel';
import type { CheckedVideo, VideoCheck } from '../domain/video-check';
import { StorageError, ifPresent, onDisk } from '../platform/files/disk-fault';

/** Identifies the stored file. */
export type Digest = Pick<StoredVideo, 'bytes' | 'sha256'>;

export interface CheckOptions {
  readonly check: VideoCheck;
  /** Where it is known from the download. */
  readonly digest?: Digest;
  readonly signal?: AbortSignal;
}

/** Checks a part or a stored file. @throws StorageError `bad_video`, `disk` */
export async function checkVideo(
  path: string,
  { check, digest, signal }: CheckOptions,
): Promise<CheckedVideo> {
  return onDisk('read the video', async () => {
    const verdict = await check(path, signal);
    if (verdict.kind === 'damaged') throw new StorageError('bad_video', verdict.words);
    const { facts, notes } = verdict;
    const notPlayable = verdict.kind === 'not_playable' ? { notPlayable: verdict.words } : {};
    return { video: { ...(digest ?? (await digestOf(path))), ...facts }, notes, ...notPlayable };
  });
}

/** The file at `path`, measured; undefined when there is none, or a damaged one. @throws StorageError `disk` */
export async function findVideo(path: string, options: CheckOptions): Promise<CheckedVideo | undefined> {
  if ((await sizeOf(path)) === undefined) return undefined;
  try {
    return await checkVideo(path, options);
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
