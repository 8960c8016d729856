/**
 * Checks the structure of a file, where no decoder is available, and the signs of damage that are cheap to find. Runs in the child process (`check-child.ts`).
 */
import type { FileHandle } from 'node:fs/promises';
import type { Input } from 'mediabunny' with { 'resolution-mode': 'import' };
import { type Container, DamagedVideo, type Mp4Layout, readAt } from './containers/container';
import { FOREIGN } from './containers/foreign-structure';
import { type Mp4Track, readTracks, type Sample } from './containers/mp4-tracks';
import { formOf, type Form, type Stream } from './playable';
import { walkFilm } from './containers/matroska-elements';
import { requirePicture } from './containers/sample-signs';
import type { CheckAnswer, CheckedFacts } from './video-check';

/** @throws DamagedVideo */
export async function readStructure(
  file: FileHandle,
  size: number,
  container: Container,
): Promise<CheckAnswer> {
  if (container.demuxer === 'mov' && container.mp4) return readMp4(file, size, container, container.mp4);
  const readForeign = FOREIGN[container.demuxer];
  if (!readForeign) return readPackets(file, size, container);
  try {
    const { streams, seconds } = await readForeign(file, size);
    const form = formOf(streams, container);
    if (!form.picture) throw new DamagedVideo('The file has no picture track.');
    return answerOf(form, container, { seconds, hasAudio: form.sound !== undefined });
  } catch (error) {
    // A header that ends too early.
    if (!(error instanceof RangeError)) throw error;
    throw new DamagedVideo(`It cannot be read as ${container.name}.`);
  }
}

interface Measured {
  readonly seconds: number;
  readonly hasAudio: boolean;
}

function answerOf(form: Form, container: Container, { seconds, hasAudio }: Measured): CheckAnswer {
  const { picture, words } = form;
  if (!picture || !(picture.width > 0 && picture.height > 0))
    throw new DamagedVideo('Its picture has no size.');
  const facts: CheckedFacts = {
    checked: 'structure',
    contentType: container.contentType,
    width: picture.width,
    height: picture.height,
    durationSeconds: Math.max(0.001, Math.round(seconds * 1000) / 1000),
    hasAudio,
  };
  return words.notPlayable === undefined
    ? { kind: 'plays', facts, notes: [...words.notes] }
    : { kind: 'not_playable', facts, notes: [...words.notes], words: words.notPlayable };
}

async function readMp4(
  file: FileHandle,
  size: number,
  container: Container,
  layout: Mp4Layout,
): Promise<CheckAnswer> {
  if (layout.isCompressed) throw new DamagedVideo('Its "moov" is compressed: no browser reads that.');
  const tracks = await readTracks(file, layout);
  const form = formOf(
    tracks.map(({ stream }) => stream),
    container,
  );
  const trackOf = (stream: Stream | undefined) => tracks.find((track) => track.stream === stream);
  const [picture, sound] = [trackOf(form.picture), trackOf(form.sound)];
  if (!picture) throw new DamagedVideo('The file has no picture track.');
  const seconds = await checkTrack(file, size, picture);
  if (sound) await checkTrack(file, size, sound);
  return answerOf(form, container, { seconds, hasAudio: sound !== undefined });
}

/** Bytes that are read at once, so that many samples cost few calls. */
const WINDOW = 1 << 20;

/** @returns seconds of it that are shown. @throws DamagedVideo */
async function checkTrack(file: FileHandle, size: number, track: Mp4Track): Promise<number> {
  const { stream, promised, count, timescale, edits } = track;
  const name = stream.kind === 'picture' ? 'picture' : 'sound';
  if (count === 0) throw new DamagedVideo(`Its ${name} track has no samples.`);
  if (promised > count)
    throw new DamagedVideo(`Its ${name} breaks off after ${count} of ${promised} samples.`);
  let [first, last, read] = [Infinity, -Infinity, 0];
  let window: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) };
  const bytesOf = async ({ at, size: length }: Sample): Promise<Buffer> => {
    if (at < window.at || at + length > window.at + window.bytes.length) {
      window = { at, bytes: await readAt(file, at, Math.min(Math.max(length, WINDOW), size - at)) };
    }
    return window.bytes.subarray(at - window.at, at - window.at + length);
  };
  for (const sample of track.samples()) {
    if (sample.at < 0 || sample.at + sample.size > size) break;
    first = Math.min(first, sample.shown);
    last = Math.max(last, sample.shown + sample.duration);
    requirePicture(await bytesOf(sample), {
      codec: stream.codec,
      lengthBytes: track.lengthBytes,
      first: read === 0,
    });
    read += 1;
  }
  if (read < count) throw new DamagedVideo(`Its ${name} breaks off after ${read} of ${count} samples.`);
  if (!edits) return Math.max(0, last - first) / timescale;
  const shown = edits.map(({ from, length }) =>
    Math.max(0, Math.min(last, from + length) - Math.max(first, from)),
  );
  const units = shown.reduce((sum, each) => sum + each, 0);
  if (units === 0 && stream.kind === 'picture') throw new DamagedVideo('Its edit list shows nothing of it.');
  return units / timescale;
}

/** mediabunny's names of codecs, where ffmpeg has others. */
const CODECS: Readonly<Record<string, string>> = {
  ...{ avc: 'h264', ulaw: 'pcm_mulaw', alaw: 'pcm_alaw' },
  ...{ 'pcm-u8': 'pcm_u8', 'pcm-s16': 'pcm_s16le', 'pcm-s24': 'pcm_s24le', 'pcm-s32': 'pcm_s32le' },
  ...{ 'pcm-f32': 'pcm_f32le', 'pcm-s16be': 'pcm_s16be', 'pcm-s24be': 'pcm_s24be' },
};

/** Matroska, WebM and MPEG transport streams. */
async function readPackets(file: FileHandle, size: number, container: Container): Promise<CheckAnswer> {
  const { end, isWhole } =
    container.demuxer === 'matroska' ? await walkFilm(file, size) : { end: size, isWhole: false };
  if (container.demuxer === 'mpegts') await requireTsPackets(file, size);
  const { CustomSource, Input, Logging, LogLevel, MATROSKA, MPEG_TS, WEBM } = await import('mediabunny');
  // Its warnings would go to the console.
  Logging.level = LogLevel.Silent;
  let fault: unknown;
  const source = new CustomSource({
    getSize: () => end,
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
  const input = new Input({ formats: container.demuxer === 'mpegts' ? [MPEG_TS] : [WEBM, MATROSKA], source });
  try {
    return await measure(input, container, isWhole);
  } catch (error) {
    // A disk that fails says nothing about the video.
    if (fault !== undefined) throw fault;
    if (error instanceof DamagedVideo) throw error;
    const words = error instanceof Error ? error.message : 'no reason was told';
    throw new DamagedVideo(`It cannot be read as ${container.name}: ${words}`);
  } finally {
    input.dispose();
  }
}

const [TS_PACKET, TS_SIGN] = [188, 0x47];

/** @throws DamagedVideo where a packet does not begin as each does, or the last one is cut */
async function requireTsPackets(file: FileHandle, size: number): Promise<void> {
  const rest = size % TS_PACKET;
  // Behind the last packet there may be anything.
  if (rest > 0 && (await readAt(file, size - rest, 1))[0] === TS_SIGN)
    throw new DamagedVideo(`The file is cut short: ${TS_PACKET - rest} bytes are missing.`);
  const window = 1024 * TS_PACKET;
  for (let at = 0; at < size - rest; at += window) {
    const bytes = await readAt(file, at, Math.min(window, size - rest - at));
    for (let packet = 0; packet < bytes.length; packet += TS_PACKET) {
      if (bytes[packet] !== TS_SIGN) throw new DamagedVideo('A part of it is no picture and no sound.');
    }
  }
}

/** A file that ends so much earlier than it says was cut short, in seconds. */
const END_TOLERANCE = 0.5;
const round = (seconds: number): number => Math.round(seconds * 10) / 10;

/** @param isWhole nothing of the file is missing, whatever it says of its length. */
async function measure(input: Input, container: Container, isWhole: boolean): Promise<CheckAnswer> {
  const { EncodedPacketSink } = await import('mediabunny');
  const tracks = await input.getTracks();
  const streams = await Promise.all(
    tracks.map(async (track, index): Promise<Stream> => {
      const codec = (await track.getCodec()) ?? undefined;
      const isPicture = track.isVideoTrack();
      return {
        index,
        kind: isPicture ? 'picture' : track.isAudioTrack() ? 'sound' : 'other',
        codec: codec && (CODECS[codec] ?? codec),
        tag: String((await track.getInternalCodecId()) ?? '?'),
        width: isPicture ? await track.getDisplayWidth() : 0,
        height: isPicture ? await track.getDisplayHeight() : 0,
        empty: (await new EncodedPacketSink(track).getFirstPacket()) === null,
      };
    }),
  );
  const form = formOf(streams, container);
  let [seconds, reached] = [0, 0];
  for (const stream of [form.picture, form.sound]) {
    const track = stream && tracks[stream.index];
    if (!track) continue;
    let [first, last, read] = [Infinity, -Infinity, 0];
    for await (const packet of new EncodedPacketSink(track).packets()) {
      first = Math.min(first, packet.timestamp);
      last = Math.max(last, packet.timestamp + packet.duration);
      // Lengths in front of the parts of an H.264 picture have four bytes in all files that are made today. In transport
      // streams there are none.
      const { codec } = stream;
      if (container.demuxer === 'matroska')
        requirePicture(Buffer.from(packet.data), { codec, lengthBytes: 4, first: read === 0 });
      read += 1;
    }
    if (read === 0) throw new DamagedVideo(`Its ${stream.kind} track has no samples.`);
    reached = Math.max(reached, last);
    if (stream === form.picture) seconds = last - first;
  }
  if (!form.picture) throw new DamagedVideo('The file has no picture track.');
  const promised = (await input.getDurationFromMetadata()) ?? 0;
  if (promised - reached > END_TOLERANCE) {
    if (!isWhole) throw new DamagedVideo(`It breaks off after ${round(reached)} s of ${round(promised)} s.`);
    // The last picture stays.
    seconds = promised;
  }
  return answerOf(form, container, { seconds, hasAudio: form.sound !== undefined });
}
