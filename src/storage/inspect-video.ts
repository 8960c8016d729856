import { open, type FileHandle } from 'node:fs/promises';
import type { Input, InputTrack } from 'mediabunny' with { 'resolution-mode': 'import' };
import type { StoredVideo } from '../domain/reel';
import { checkBoxes } from './box-structure';
import { StorageError } from './storage';

export type VideoFacts = Pick<StoredVideo, 'width' | 'height' | 'durationSeconds' | 'hasAudio'>;

/**
 * Checks that a file is a complete, playable MP4, and measures it: the size as it is shown (after rotation), the
 * length of the picture. Reads each sample of each track; decodes none.
 *
 * @throws StorageError `bad_video`, its message saying what is wrong.
 */
export async function inspectVideo(path: string): Promise<VideoFacts> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) throw bad('The file is empty.');
    await checkBoxes(file, size);
    return await readTracks(file, size);
  } finally {
    await file.close();
  }
}

async function readTracks(file: FileHandle, size: number): Promise<VideoFacts> {
  const { CustomSource, Input, Logging, LogLevel, MP4, QTFF } = await import('mediabunny');
  // What it finds odd would go to the console, between our log lines.
  Logging.level = LogLevel.Silent;
  let fault: unknown;
  const source = new CustomSource({
    getSize: () => size,
    read: async (start, end) => {
      try {
        return (await file.read(new Uint8Array(end - start), 0, end - start, start)).buffer;
      } catch (error) {
        fault = error;
        throw error;
      }
    },
    // Prefetching fails outside of any call: the fault is kept, and the call that needs the bytes reports it.
    handleUnhandledError: () => undefined,
  });
  const input = new Input({ formats: [MP4, QTFF], source });
  try {
    return await measure(input);
  } catch (error) {
    // A disk that fails says nothing about the video.
    if (fault !== undefined) throw fault;
    if (error instanceof StorageError) throw error;
    throw bad(
      `The file cannot be read as MP4: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  } finally {
    input.dispose();
  }
}

async function measure(input: Input): Promise<VideoFacts> {
  const video = await input.getPrimaryVideoTrack();
  if (!video) throw bad('The file has no video track.');
  if ((await video.getCodec()) === null) throw bad('The picture is in a format that is not known.');
  const durationSeconds = Math.round((await video.computeDuration()) * 1000) / 1000;
  if (!(durationSeconds > 0)) throw bad('The video has no length.');
  const [width, height] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
  if (!(width > 0 && height > 0)) throw bad('The video has no size.');

  const sounds = await input.getAudioTracks();
  for (const track of [video, ...sounds]) await checkSamples(track);
  return { width, height, durationSeconds, hasAudio: sounds.length > 0 };
}

async function checkSamples(track: InputTrack): Promise<void> {
  const { EncodedPacketSink } = await import('mediabunny');
  const { packetCount } = await track.computePacketStats();
  if (packetCount === 0) throw bad(`The ${track.type} track is empty.`);
  let read = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    // The label in the container is cheap; the bits tell whether a picture is there at all.
    if (read === 0 && track.isVideoTrack() && (await track.determinePacketType(packet)) === 'delta') {
      throw bad('The video does not begin with a whole picture.');
    }
    read += 1;
  }
  // Samples that lie beyond the end of the file are left out in silence.
  if (read < packetCount)
    throw bad(`The ${track.type} track breaks off after ${read} of ${packetCount} samples.`);
}

function bad(message: string, cause?: unknown): StorageError {
  return new StorageError('bad_video', message, { cause });
}
