/**
 * Reads the structure of files in containers that browsers do not read, so that one that came whole is kept: what it
 * holds, how long it is, and the signs of damage that its container knows. Runs in the child process (`check-child.ts`).
 */
import type { FileHandle } from 'node:fs/promises';
import { type Container, DamagedVideo, readAt } from './container';
import type { Stream } from '../playable';

interface Foreign {
  readonly streams: readonly Stream[];
  readonly seconds: number;
}

type Reader = (file: FileHandle, size: number) => Promise<Foreign>;

/** Of those that are not here mediabunny reads one (MPEG transport streams). */
export const FOREIGN: Readonly<Partial<Record<Container['demuxer'], Reader>>> = {
  avi: readAvi,
  flv: readFlv,
  ogg: readOgg,
  asf: readAsf,
};

/** Headers are this long at most; those of clips have a few kilobytes. */
const MOST_HEADER = 1 << 20;

type Found = Pick<Stream, 'codec' | 'tag'> & Partial<Pick<Stream, 'width' | 'height'>>;

function streamsOf(picture: Found | undefined, sound: Found | undefined): Stream[] {
  const form = { width: 0, height: 0, empty: false } as const;
  return [
    ...(picture ? [{ ...form, ...picture, index: 0, kind: 'picture' } as const] : []),
    ...(sound ? [{ ...form, ...sound, index: 1, kind: 'sound' } as const] : []),
  ];
}

function requireEnd(end: number, size: number): void {
  if (end > size) throw new DamagedVideo(`The file is cut short: ${end - size} bytes are missing.`);
}

function requireLength(reached: number, promised: number): void {
  if (promised - reached <= 0.5) return;
  const [after, of] = [reached, promised].map((value) => Math.round(value * 10) / 10);
  throw new DamagedVideo(`It breaks off after ${after} s of ${of} s.`);
}

const BITMAPS: Readonly<Record<string, string>> = {
  ...{ h264: 'h264', avc1: 'h264', hevc: 'hevc', mjpg: 'mjpeg', vp80: 'vp8', vp90: 'vp9', av01: 'av1' },
  ...{ xvid: 'mpeg4', divx: 'mpeg4', dx50: 'mpeg4', fmp4: 'mpeg4', mp4v: 'mpeg4', mpg2: 'mpeg2video' },
  ...{ wmv1: 'wmv1', wmv2: 'wmv2', wmv3: 'wmv3', wvc1: 'vc1' },
};
const WAVES: Readonly<Record<number, string>> = {
  ...{ 0x01: 'pcm_s16le', 0x50: 'mp2', 0x55: 'mp3', 0xff: 'aac', 0x2000: 'ac3', 0x161: 'wmav2' },
};

function bitmapOf(form: Buffer): Found {
  const tag = form.toString('latin1', 16, 20);
  const [width, height] = [form.readInt32LE(4), Math.abs(form.readInt32LE(8))];
  return { tag, codec: BITMAPS[tag.toLowerCase()], width, height };
}

function waveOf(form: Buffer): Found {
  const id = form.readUInt16LE(0);
  return { tag: `0x${id.toString(16)}`, codec: WAVES[id] };
}

/** Chunks of RIFF; those of pictures and sound lie in lists named `movi`. */
async function readAvi(file: FileHandle, size: number): Promise<Foreign> {
  let [picture, sound]: (Found | undefined)[] = [];
  let [kind, frames, promised, step] = ['', 0, 0, 0];
  const walk = async (from: number, end: number): Promise<void> => {
    for (let at = from; at + 8 <= end;) {
      const head = await readAt(file, at, 12);
      const [type, length] = [head.toString('latin1', 0, 4), head.readUInt32LE(4)];
      // Behind the last list there may be anything.
      if (from === 0 && type !== 'RIFF') return;
      if (!/^[\w ]{4}$/.test(type)) throw new DamagedVideo('A part of it is no picture and no sound.');
      requireEnd(at + 8 + length, size);
      if (type === 'RIFF' || type === 'LIST') await walk(at + 12, at + 8 + length);
      if (type === 'strh') {
        const form = await readAt(file, at + 8, 36);
        kind = form.toString('latin1', 0, 4);
        if (kind === 'vids') {
          step = form.readUInt32LE(20) / (form.readUInt32LE(24) || 1);
          promised = form.readUInt32LE(32);
        }
      }
      if (type === 'strf' && kind === 'vids') picture = bitmapOf(await readAt(file, at + 8, 40));
      if (type === 'strf' && kind === 'auds') sound = waveOf(await readAt(file, at + 8, 16));
      if (/^\d\dd[bc]$/.test(type)) frames += 1;
      at += 8 + length + (length % 2);
    }
  };
  await walk(0, size);
  requireLength(frames * step, promised * step);
  return { streams: streamsOf(picture, sound), seconds: frames * step };
}

const FLV_PICTURES: Readonly<Record<number, string>> = { 2: 'flv1', 4: 'vp6f', 7: 'h264', 12: 'hevc' };
const FLV_SOUNDS: Readonly<Record<number, string>> = { 2: 'mp3', 10: 'aac', 11: 'speex' };

/** Tags, each with its length behind it once more. */
async function readFlv(file: FileHandle, size: number): Promise<Foreign> {
  let [picture, sound]: (Found | undefined)[] = [];
  let [first, last, frames] = [Infinity, 0, 0];
  let script: Buffer = Buffer.alloc(0);
  for (let at = (await readAt(file, 5, 4)).readUInt32BE() + 4; at + 15 <= size;) {
    const head = await readAt(file, at, 12);
    const [type, length, form] = [head[0], head.readUIntBE(1, 3), head[11] ?? 0];
    const time = (head.readUIntBE(4, 3) + (head[7] ?? 0) * 2 ** 24) / 1000;
    // Behind the last tag there may be anything.
    if (type !== 8 && type !== 9 && type !== 18) break;
    const end = at + 11 + length + 4;
    requireEnd(end, size);
    if ((await readAt(file, end - 4, 4)).readUInt32BE() !== length + 11)
      throw new DamagedVideo('A part of it is no picture and no sound.');
    if (type === 18) script = await readAt(file, at + 11, Math.min(length, MOST_HEADER));
    if (type === 8) sound = { tag: String(form >> 4), codec: FLV_SOUNDS[form >> 4] };
    if (type === 9) {
      picture = { tag: String(form & 15), codec: FLV_PICTURES[form & 15] };
      [first, last, frames] = [Math.min(first, time), Math.max(last, time), frames + 1];
    }
    at = end;
  }
  const said = (name: string): number => {
    const at = script.indexOf(`${name}\0`, 0, 'latin1') + name.length + 1;
    return at > name.length && at + 8 <= script.length ? script.readDoubleBE(at) : 0;
  };
  const seconds = frames > 1 ? ((last - first) * frames) / (frames - 1) : 0.001;
  requireLength(last, said('duration'));
  return {
    streams: streamsOf(picture && { ...picture, width: said('width'), height: said('height') }, sound),
    seconds,
  };
}

const OGG_SOUNDS: readonly (readonly [string, string])[] = [
  ['\x01vorbis', 'vorbis'],
  ['OpusHead', 'opus'],
  ['\x7fFLAC', 'flac'],
  ['Speex   ', 'speex'],
];

/** Pages, each with a check sum. */
async function readOgg(file: FileHandle, size: number): Promise<Foreign> {
  let [picture, sound]: (Found | undefined)[] = [];
  let secondsAt = (_granule: bigint): number => 0;
  let [seconds, pictureSerial] = [0, -1];
  const open = new Set<number>();
  for (let at = 0; at + 27 <= size;) {
    const head = await readAt(file, at, 27 + 255);
    // Behind the last page there may be anything.
    if (head.toString('latin1', 0, 4) !== 'OggS') break;
    const table = head.subarray(27, 27 + (head[26] ?? 0));
    const length = 27 + table.length + table.reduce((sum, each) => sum + each, 0);
    requireEnd(at + length, size);
    const page = await readAt(file, at, length);
    const [flags, granule, serial] = [page[5] ?? 0, page.readBigInt64LE(6), page.readUInt32LE(14)];
    const expected = page.readUInt32LE(22);
    page.writeUInt32LE(0, 22);
    if (oggSum(page) !== expected) throw new DamagedVideo('A part of it does not have its check sum.');
    const body = page.subarray(27 + table.length);
    const begins = (words: string) => body.toString('latin1', 0, words.length) === words;
    if (flags & 2) {
      open.add(serial);
      if (begins('\x80theora')) {
        picture = { codec: 'theora', width: body.readUIntBE(14, 3), height: body.readUIntBE(17, 3) };
        pictureSerial = serial;
        const shift = BigInt((body.readUInt16BE(40) >> 5) & 31);
        const frameSeconds = body.readUInt32BE(26) / (body.readUInt32BE(22) || 1);
        secondsAt = (at) => Number((at >> shift) + (at & ((1n << shift) - 1n))) * frameSeconds;
      }
      const codec = OGG_SOUNDS.find(([words]) => begins(words))?.[1];
      if (codec !== undefined) sound = { codec };
    }
    if (serial === pictureSerial && granule >= 0n) seconds = secondsAt(granule);
    if (flags & 4) open.delete(serial);
    at += length;
  }
  if (open.size > 0) throw new DamagedVideo('The file is cut short: its last page is missing.');
  return { streams: streamsOf(picture, sound), seconds };
}

const OGG_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x8000_0000 ? (sum << 1) ^ 0x04c1_1db7 : sum << 1;
  return sum;
});

function oggSum(page: Buffer): number {
  let sum = 0;
  for (const byte of page) sum = (sum << 8) ^ (OGG_TABLE[(sum >>> 24) ^ byte] ?? 0);
  return sum >>> 0;
}

/** The kinds of objects and streams that are read. */
const ASF = {
  file: 'a1dcab8c47a9cf118ee400c00c205365',
  stream: '9107dcb7b7a9cf118ee600c00c205365',
  picture: 'c0ef19bc4d5bcf11a8fd00805f5c442b',
  sound: '409e69f84d5bcf11a8fd00805f5c442b',
} as const;

/** A head of objects, then data in packets of one size. */
async function readAsf(file: FileHandle, size: number): Promise<Foreign> {
  let [picture, sound]: (Found | undefined)[] = [];
  let [seconds, packets, packetBytes] = [0, 0, 0];
  const length = Number((await readAt(file, 16, 8)).readBigUInt64LE());
  requireEnd(length, size);
  const head = await readAt(file, 0, Math.min(length, MOST_HEADER));
  const id = (at: number) => head.toString('hex', at, at + 16);
  for (let at = 30; at + 24 <= head.length;) {
    const object = head.subarray(at, at + Number(head.readBigUInt64LE(at + 16)));
    if (object.length < 24) break;
    if (id(at) === ASF.file) {
      const [ticks, preroll] = [object.readBigUInt64LE(64), object.readBigUInt64LE(80)];
      seconds = Number(ticks) / 1e7 - Number(preroll) / 1e3;
      [packets, packetBytes] = [Number(object.readBigUInt64LE(56)), object.readUInt32LE(92)];
    }
    if (id(at) === ASF.stream && id(at + 24) === ASF.picture) picture = bitmapOf(object.subarray(89));
    if (id(at) === ASF.stream && id(at + 24) === ASF.sound) sound = waveOf(object.subarray(78));
    at += object.length;
  }
  requireEnd(length + 50 + packets * packetBytes, size);
  for (let packet = 0; packet < packets; packet += 1) {
    const [first = 0] = await readAt(file, length + 50 + packet * packetBytes, 1);
    if (first === 0) throw new DamagedVideo('A part of it is no picture and no sound.');
  }
  return { streams: streamsOf(picture, sound), seconds };
}
