import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { CheckedVideo, VideoCheck } from '../domain/video-check';
import { publishPart, removePart } from '../platform/files/atomic-file';
import { checkVideo, findVideo, sizeOf, type Digest } from './check-video';
import { StorageError, onDisk } from '../platform/files/disk-fault';
import { type DiskRoom, formatMegabytes } from '../platform/files/disk-room';
import { prepareFolder, syncFolder } from '../platform/files/folders';
import { partPathOf, removeParts } from '../platform/files/part-files';

interface Download {
  readonly source: Readable;
  readonly expectedBytes?: number;
  readonly signal?: AbortSignal;
  readonly check: VideoCheck;
  readonly mostBytes: number;
  readonly room: DiskRoom;
}

/**
 * Streams a download to `path`, which gets its name only when it was checked. A good file that stands there
 * already is kept: the first complete download of a generation wins, and its hash never changes again.
 *
 * @throws StorageError `bad_video`, `no_room` or `disk`; what `source` rejects with, as it is.
 */
export async function storeVideo(path: string, root: string, download: Download): Promise<CheckedVideo> {
  // The source may fail before it is read: reading reports the error, which must not end the process.
  download.source.on('error', () => undefined);
  try {
    await onDisk('prepare the folder of the reel', () => prepareFolder(dirname(path), root));
    const video = (await findVideo(path, download)) ?? (await downloadTo(path, download));
    // The parts of dead writers and of earlier attempts, too.
    await onDisk('tidy up after the download', () => removeParts(dirname(path), basename(path)));
    return video;
  } finally {
    // An unread response would hold its connection.
    download.source.destroy();
  }
}

async function downloadTo(path: string, download: Download): Promise<CheckedVideo> {
  // A file that is there now was damaged by the disk since it was checked.
  const damaged = (await sizeOf(path)) !== undefined;
  const part = partPathOf(path);
  try {
    const video = await checkVideo(part, { ...download, digest: await writeTo(part, download) });
    const first = await onDisk('keep the video', async () => {
      const published = damaged ? await rename(part, path).then(() => true) : await publishPart(part, path);
      await syncFolder(dirname(path));
      return published;
    });
    return first ? video : await checkVideo(path, download);
  } finally {
    await removePart(part);
  }
}

async function writeTo(part: string, download: Download): Promise<Digest> {
  const { source, expectedBytes, signal, mostBytes, room } = download;
  if (expectedBytes !== undefined && expectedBytes > mostBytes) throw tooLarge(mostBytes);
  if (signal) addAbortSignal(signal, source);
  const hash = createHash('sha256');
  let bytes = 0;
  // A body without a length may take any room: the free space is checked while it grows.
  const taken = await onWrite(() => room.take(expectedBytes ?? 0));
  try {
    const file = await onWrite(() => open(part, 'wx', 0o640));
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > mostBytes) throw tooLarge(mostBytes);
        if (expectedBytes !== undefined && bytes > expectedBytes) throw tooLong(expectedBytes);
        hash.update(chunk);
        await onWrite(async () => {
          await taken.wrote(chunk.length);
          await file.writeFile(chunk);
        });
      }
      if (expectedBytes !== undefined && bytes < expectedBytes) {
        throw new StorageError(
          'bad_video',
          `The download was cut short: ${bytes} of ${expectedBytes} bytes came.`,
        );
      }
      await onWrite(() => file.sync());
    } finally {
      await file.close();
    }
  } finally {
    taken.release();
  }
  return { bytes, sha256: hash.digest('hex') };
}

const onWrite = <T>(work: () => Promise<T>) => onDisk('write the video', work);

function tooLong(limit: number): StorageError {
  return new StorageError('bad_video', `The download is larger than the ${limit} bytes it may have.`);
}

function tooLarge(limit: number): StorageError {
  return new StorageError(
    'bad_video',
    `The video is larger than ${formatMegabytes(limit)}, which VIDEO_MAX_BYTES allows.`,
  );
}
