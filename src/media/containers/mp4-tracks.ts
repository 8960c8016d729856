/**
 * Tracks and samples of an MP4 or QuickTime file, by its own tables: those of `moov`, and those of fragments. Its tables
 * were held against its bytes before (`container.ts`). Runs in the child process (`check-child.ts`).
 */
import type { FileHandle } from 'node:fs/promises';
import { boxesIn, type Box } from './boxes';
import { DamagedVideo, type Mp4Layout, readAt } from './container';
import { inSquarePixels, type Stream } from '../playable';

export interface Sample {
  readonly at: number;
  readonly size: number;
  /** When it is shown, and for how long, in units of the track. */
  readonly shown: number;
  readonly duration: number;
}

interface Edit {
  readonly from: number;
  readonly length: number;
}

export interface Mp4Track {
  readonly stream: Stream;
  /** Units in a second. */
  readonly timescale: number;
  /** Bytes in front of each part of a picture (H.264, HEVC). */
  readonly lengthBytes: number;
  /** The parts of it that are shown, in its units, where an edit list says so. */
  readonly edits?: readonly Edit[];
  /** Samples that its table of times tells of, and that of sizes. */
  readonly promised: number;
  readonly count: number;
  samples(): Generator<Sample>;
}

export async function readTracks(file: FileHandle, { moov, fragments }: Mp4Layout): Promise<Mp4Track[]> {
  const bytes = await readAt(file, moov.start, moov.end - moov.start);
  const inside = boxesIn(bytes, { start: moov.content - moov.start, end: bytes.length });
  const mvhd = inside.find(({ type }) => type === 'mvhd');
  const movieScale = (mvhd && timescaleOf(bytes, mvhd)) || 1000;
  const isMovieTurned = mvhd !== undefined && isTurned(bytes, mvhd, -4);
  const defaults = fragmentDefaults(bytes, inside);
  const moofs = await Promise.all(
    fragments.map(async ({ start, content, end }) => ({
      start,
      head: content - start,
      bytes: await readAt(file, start, end - start),
    })),
  );
  const pieces = piecesOf(moofs, defaults);
  return inside
    .filter(({ type }) => type === 'trak')
    .map((trak, index) => readTrack(bytes, trak, { index, movieScale, isMovieTurned, pieces }));
}

/** Of a `mvhd` or `mdhd`. */
function timescaleOf(bytes: Buffer, { content }: Box): number {
  return u32(bytes, content + (bytes[content] === 1 ? 20 : 12));
}

interface Surroundings {
  readonly index: number;
  readonly movieScale: number;
  readonly isMovieTurned: boolean;
  readonly pieces: ReadonlyMap<number, readonly Piece[]>;
}

function readTrack(bytes: Buffer, trak: Box, around: Surroundings): Mp4Track {
  const { index, movieScale, isMovieTurned, pieces } = around;
  const find = (path: string) => boxAt(bytes, trak, path);
  const tkhd = find('tkhd');
  const mdhd = find('mdia/mdhd');
  const handler = find('mdia/hdlr');
  const stsd = find('mdia/minf/stbl/stsd');
  const kindCode = handler && bytes.toString('latin1', handler.content + 8, handler.content + 12);
  const id = tkhd ? u32(bytes, tkhd.content + (bytes[tkhd.content] === 1 ? 20 : 12)) : 0;
  const timescale = (mdhd && timescaleOf(bytes, mdhd)) || movieScale;
  const kind = kindCode === 'vide' ? 'picture' : kindCode === 'soun' ? 'sound' : 'other';
  const table = sampleTable(bytes, find('mdia/minf/stbl'));
  const own = pieces.get(id) ?? [];
  const count = table.count + own.reduce((sum, piece) => sum + piece.count, 0);
  const entry = stsd ? describe(bytes, stsd, kind) : undefined;
  const turned = kind === 'picture' && (tkhd !== undefined && isTurned(bytes, tkhd)) !== isMovieTurned;
  const [width, height] = [entry?.width ?? 0, entry?.height ?? 0];
  return {
    stream: {
      index,
      kind,
      codec: entry?.codec,
      tag: entry?.tag,
      width: turned ? height : width,
      height: turned ? width : height,
      empty: count === 0,
      off: tkhd !== undefined && ((bytes[tkhd.content + 3] ?? 1) & 1) === 0,
    },
    timescale,
    lengthBytes: entry?.lengthBytes ?? 4,
    edits: editsOf(bytes, find('edts/elst'), timescale / movieScale),
    promised: table.promised,
    count,
    *samples() {
      yield* table.samples();
      let at = table.duration();
      for (const piece of own) {
        at = piece.starts ?? at;
        for (const sample of piece.samples(at)) {
          yield sample;
          at += sample.duration;
        }
      }
    },
  };
}

const u32 = (bytes: Buffer, at: number): number => (at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0);
const u64 = (bytes: Buffer, at: number): number =>
  at + 8 <= bytes.length ? Number(bytes.readBigUInt64BE(at)) : 0;

const i64 = (bytes: Buffer, at: number): number =>
  at + 8 <= bytes.length ? Number(bytes.readBigInt64BE(at)) : 0;

function boxAt(bytes: Buffer, parent: Box, path: string): Box | undefined {
  let found: Box | undefined = parent;
  for (const type of path.split('/')) {
    found =
      found && boxesIn(bytes, { start: found.content, end: found.end }).find((box) => box.type === type);
  }
  return found;
}

/**
 * A quarter to the left or right: the matrix has nothing on its diagonal.
 *
 * @param from that of a track, in bytes: where that of `mvhd` stands.
 */
function isTurned(bytes: Buffer, { content }: Box, from = 0): boolean {
  const matrix = content + (bytes[content] === 1 ? 52 : 40) + from;
  return u32(bytes, matrix) === 0 && u32(bytes, matrix + 16) === 0 && u32(bytes, matrix + 4) !== 0;
}

function editsOf(bytes: Buffer, elst: Box | undefined, scale: number): Mp4Track['edits'] {
  if (!elst || u32(bytes, elst.content + 4) === 0) return undefined;
  const long = bytes[elst.content] === 1;
  const edits: Edit[] = [];
  for (let i = 0; i < u32(bytes, elst.content + 4); i += 1) {
    const at = elst.content + 8 + i * (long ? 20 : 12);
    const segment = long ? u64(bytes, at) : u32(bytes, at);
    const from = long ? i64(bytes, at + 8) : u32(bytes, at + 4) | 0;
    // An empty edit only delays the beginning.
    if (from >= 0) edits.push({ from, length: segment * scale });
  }
  // One without a length goes to the end of what follows in fragments.
  return edits.some(({ length }) => length > 0) || edits.length === 0 ? edits : undefined;
}

interface Entry {
  readonly codec?: string;
  readonly tag: string;
  readonly width?: number;
  readonly height?: number;
  readonly lengthBytes?: number;
}

/** ffmpeg's names of the forms that a sample description can name. */
const CODECS: Readonly<Record<string, string>> = {
  ...{ avc1: 'h264', avc3: 'h264', dva1: 'h264', hvc1: 'hevc', hev1: 'hevc', dvh1: 'hevc', dvhe: 'hevc' },
  ...{
    vp08: 'vp8',
    vp09: 'vp9',
    av01: 'av1',
    jpeg: 'mjpeg',
    mjpa: 'mjpeg',
    'png ': 'png',
    AVdn: 'dnxhd',
    AVdh: 'dnxhd',
  },
  ...{ apch: 'prores', apcn: 'prores', apcs: 'prores', apco: 'prores', ap4h: 'prores', ap4x: 'prores' },
  ...{
    m2v1: 'mpeg2video',
    mpg2: 'mpeg2video',
    m1v1: 'mpeg1video',
    yuv2: 'rawvideo',
    '2vuy': 'rawvideo',
    'raw ': 'rawvideo',
  },
  ...{
    Opus: 'opus',
    fLaC: 'flac',
    alac: 'alac',
    'ac-3': 'ac3',
    'ec-3': 'eac3',
    '.mp3': 'mp3',
    'ms\0U': 'mp3',
    ima4: 'adpcm_ima_qt',
  },
  ...{
    sowt: 'pcm_s16le',
    twos: 'pcm_s16be',
    lpcm: 'pcm_s16le',
    alaw: 'pcm_alaw',
    ulaw: 'pcm_mulaw',
  },
};
const PCM: Readonly<Record<string, string>> = {
  ...{ in24: 'pcm_s24', in32: 'pcm_s32', fl32: 'pcm_f32', fl64: 'pcm_f64' },
};
/** The same of `esds`, by its type of object. */
const OBJECTS: Readonly<Record<number, string>> = {
  ...{
    0x20: 'mpeg4',
    0x60: 'mpeg2video',
    0x61: 'mpeg2video',
    0x62: 'mpeg2video',
    0x63: 'mpeg2video',
    0x64: 'mpeg2video',
    0x65: 'mpeg2video',
  },
  ...{
    0x6a: 'mpeg1video',
    0x6c: 'mjpeg',
    0x6d: 'png',
    0x40: 'aac',
    0x66: 'aac',
    0x67: 'aac',
    0x68: 'aac',
    0x69: 'mp3',
    0x6b: 'mp3',
  },
  ...{ 0xa5: 'ac3', 0xa6: 'eac3', 0xad: 'opus', 0xdd: 'vorbis' },
};

/** The first sample description; of a picture its size in square pixels. */
function describe(bytes: Buffer, { content, end }: Box, kind: Stream['kind']): Entry | undefined {
  const [entry] = boxesIn(bytes, { start: content + 8, end });
  if (!entry) return undefined;
  const tag = entry.type;
  const inside = bytes.subarray(entry.content, entry.end);
  const codec =
    (kind === 'sound' ? pcmOf(tag, inside) : undefined) ??
    CODECS[tag] ??
    (tag === 'mp4v' || tag === 'mp4a' ? objectOf(inside) : undefined);
  if (kind !== 'picture' || inside.length < 78) return { codec, tag };
  const boxes = boxesIn(bytes, { start: entry.content + 78, end: entry.end });
  const pasp = boxes.find(({ type }) => type === 'pasp');
  const [across, down] = pasp ? [u32(bytes, pasp.content), u32(bytes, pasp.content + 4)] : [1, 1];
  return {
    codec,
    tag,
    ...inSquarePixels(inside.readUInt16BE(24), inside.readUInt16BE(26), across, down),
    lengthBytes: lengthBytesOf(bytes, boxes, codec),
  };
}

/** @throws DamagedVideo without the description that its decoder needs. */
function lengthBytesOf(bytes: Buffer, boxes: readonly Box[], codec: string | undefined): number | undefined {
  const [type, offset] = codec === 'h264' ? ['avcC', 4] : ['hvcC', 21];
  if (codec !== 'h264' && codec !== 'hevc') return undefined;
  const found = boxes.find((box) => box.type === type);
  if (!found || bytes[found.content] !== 1)
    throw new DamagedVideo(`It has no description of its picture ("${type}").`);
  return ((bytes[found.content + offset] ?? 3) & 3) + 1;
}

/** Sound without compression, of QuickTime: an atom says that its numbers begin with their lowest byte. */
function pcmOf(tag: string, entry: Buffer): string | undefined {
  if (tag === 'raw ') return 'pcm_u8';
  const name = PCM[tag];
  if (name === undefined) return undefined;
  const enda = entry.indexOf('enda', 0, 'latin1');
  return `${name}${enda >= 0 && entry[enda + 5] === 1 ? 'le' : 'be'}`;
}

function objectOf(entry: Buffer): string | undefined {
  const at = entry.indexOf('esds', 0, 'latin1');
  // Version and flags; then descriptors: each a tag, a length of up to four bytes, and what it holds.
  for (let i = at + 8; at >= 0 && i < Math.min(at + 40, entry.length);) {
    const tag = entry[i];
    i += 1;
    while ((entry[i] ?? 0) & 0x80) i += 1;
    i += 1;
    if (tag === 4) return OBJECTS[entry[i] ?? 0];
    i += tag === 3 ? 3 : 1;
  }
  return undefined;
}

interface Table {
  readonly promised: number;
  readonly count: number;
  duration(): number;
  samples(): Generator<Sample>;
}

const NO_TABLE: Table = { promised: 0, count: 0, duration: () => 0, *samples() {} };

/** @throws DamagedVideo when one of the tables that a track with samples has is not there. */
function sampleTable(bytes: Buffer, stbl: Box | undefined): Table {
  if (!stbl) return NO_TABLE;
  const boxes = new Map(boxesIn(bytes, { start: stbl.content, end: stbl.end }).map((box) => [box.type, box]));
  const entries = (name: string) => {
    const box = boxes.get(name);
    return box ? { at: box.content + 8, count: u32(bytes, box.content + 4) } : undefined;
  };
  const [stts, ctts, stsc] = [entries('stts'), entries('ctts'), entries('stsc')];
  const [stco, co64, sizes] = [entries('stco'), entries('co64'), sizesOf(bytes, boxes)];
  const chunks = co64 ?? stco;
  let promised = 0;
  for (let i = 0; i < (stts?.count ?? 0); i += 1) promised += u32(bytes, (stts?.at ?? 0) + 8 * i);
  if (promised === 0 && (sizes?.count ?? 0) === 0) return NO_TABLE;
  if (!sizes || !stsc || !chunks || !stts) throw new DamagedVideo('One of its tables of samples is missing.');

  function* samples(): Generator<Sample> {
    const time = walkRuns(bytes, stts);
    const shift = ctts && walkRuns(bytes, ctts);
    let [number, decoded, run] = [0, 0, 0];
    const { count = 0, size = () => 0 } = sizes ?? {};
    for (let chunk = 0; chunk < (chunks?.count ?? 0) && number < count; chunk += 1) {
      let at = co64 ? u64(bytes, co64.at + 8 * chunk) : u32(bytes, (stco?.at ?? 0) + 4 * chunk);
      while (run + 1 < (stsc?.count ?? 0) && u32(bytes, (stsc?.at ?? 0) + 12 * (run + 1)) <= chunk + 1)
        run += 1;
      const each = u32(bytes, (stsc?.at ?? 0) + 12 * run + 4);
      for (let i = 0; i < each && number < count; i += 1) {
        const duration = time();
        yield { at, size: size(number), shown: decoded + ((shift?.() ?? 0) | 0), duration };
        at += size(number);
        decoded += duration;
        number += 1;
      }
    }
  }
  const duration = () => {
    let sum = 0;
    for (let i = 0; i < stts.count; i += 1)
      sum += u32(bytes, stts.at + 8 * i) * u32(bytes, stts.at + 8 * i + 4);
    return sum;
  };
  return { promised, count: sizes.count, duration, samples };
}

/** Values of a table of runs (a count, a value), one for each sample. */
function walkRuns(
  bytes: Buffer,
  table: { readonly at: number; readonly count: number } | undefined,
): () => number {
  let [entry, left, value] = [-1, 0, 0];
  return () => {
    while (left === 0 && table && entry + 1 < table.count) {
      entry += 1;
      left = u32(bytes, table.at + 8 * entry);
      value = u32(bytes, table.at + 8 * entry + 4);
    }
    left = Math.max(0, left - 1);
    return value;
  };
}

function sizesOf(
  bytes: Buffer,
  boxes: ReadonlyMap<string, Box>,
): { count: number; size: (i: number) => number } | undefined {
  const stsz = boxes.get('stsz');
  if (stsz) {
    const [each, count] = [u32(bytes, stsz.content + 4), u32(bytes, stsz.content + 8)];
    return { count, size: (i) => each || u32(bytes, stsz.content + 12 + 4 * i) };
  }
  const stz2 = boxes.get('stz2');
  if (!stz2) return undefined;
  const [bits, count, at] = [bytes[stz2.content + 7] ?? 8, u32(bytes, stz2.content + 8), stz2.content + 12];
  const size = (i: number): number => {
    if (bits === 16) return ((bytes[at + 2 * i] ?? 0) << 8) | (bytes[at + 2 * i + 1] ?? 0);
    if (bits === 8) return bytes[at + i] ?? 0;
    const pair = bytes[at + (i >> 1)] ?? 0;
    return i % 2 === 0 ? pair >> 4 : pair & 15;
  };
  return { count, size };
}

interface Defaults {
  readonly duration: number;
  readonly size: number;
}

/** Samples of one track in one run of a fragment. */
interface Piece {
  /** When it begins, in units of the track, where it says so. */
  readonly starts?: number;
  readonly count: number;
  samples(at: number): Generator<Sample>;
}

/** By ID of the track. */
function fragmentDefaults(bytes: Buffer, inside: readonly Box[]): Map<number, Defaults> {
  const mvex = inside.find(({ type }) => type === 'mvex');
  const found = mvex ? boxesIn(bytes, { start: mvex.content, end: mvex.end }) : [];
  return new Map(
    found
      .filter(({ type }) => type === 'trex')
      .map(({ content }) => [
        u32(bytes, content + 4),
        { duration: u32(bytes, content + 12), size: u32(bytes, content + 16) },
      ]),
  );
}

function piecesOf(
  moofs: readonly { readonly start: number; readonly head: number; readonly bytes: Buffer }[],
  defaults: ReadonlyMap<number, Defaults>,
): Map<number, Piece[]> {
  const pieces = new Map<number, Piece[]>();
  for (const { start, head, bytes } of moofs) {
    let next = start;
    for (const traf of boxesIn(bytes, { start: head, end: bytes.length }).filter(
      ({ type }) => type === 'traf',
    )) {
      const boxes = boxesIn(bytes, { start: traf.content, end: traf.end });
      const tfhd = boxes.find(({ type }) => type === 'tfhd');
      if (!tfhd) continue;
      const { id, base, ...given } = readHeader(bytes, tfhd.content, start, next);
      const tfdt = boxes.find(({ type }) => type === 'tfdt');
      let starts =
        tfdt && (bytes[tfdt.content] === 1 ? u64(bytes, tfdt.content + 4) : u32(bytes, tfdt.content + 4));
      next = base;
      for (const trun of boxes.filter(({ type }) => type === 'trun')) {
        const run = readRun(bytes, trun.content, { base, next, ...defaults.get(id), ...given });
        const list = pieces.get(id) ?? [];
        pieces.set(id, list);
        list.push({ starts, count: run.count, samples: run.samples });
        starts = undefined;
        next = run.end;
      }
    }
  }
  return pieces;
}

function readHeader(bytes: Buffer, at: number, moof: number, next: number) {
  const flags = u32(bytes, at) & 0xffffff;
  const id = u32(bytes, at + 4);
  let field = at + 8;
  const take = (bit: number, length: number): number | undefined => {
    if (!(flags & bit)) return undefined;
    const value = length === 8 ? u64(bytes, field) : u32(bytes, field);
    field += length;
    return value;
  };
  const base = take(1, 8) ?? (flags & 0x20000 ? moof : next);
  take(2, 4);
  const [duration, size] = [take(8, 4), take(16, 4)];
  return { id, base, ...(duration !== undefined && { duration }), ...(size !== undefined && { size }) };
}

interface RunStart extends Partial<Defaults> {
  readonly base: number;
  /** Where the samples before these ended. */
  readonly next: number;
}

function readRun(bytes: Buffer, at: number, { base, next, duration = 0, size = 0 }: RunStart) {
  const flags = u32(bytes, at) & 0xffffff;
  const count = u32(bytes, at + 4);
  const first = flags & 1 ? base + (u32(bytes, at + 8) | 0) : next;
  const entries = at + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  const each = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  const read = (i: number) => {
    let field = entries + i * each;
    const take = (bit: number): number | undefined => {
      if (!(flags & bit)) return undefined;
      field += 4;
      return u32(bytes, field - 4);
    };
    const [long, large] = [take(0x100) ?? duration, take(0x200) ?? size];
    take(0x400);
    return { duration: long, size: large, shift: (take(0x800) ?? 0) | 0 };
  };
  let end = first;
  for (let i = 0; i < count; i += 1) end += read(i).size;
  function* samples(begin: number): Generator<Sample> {
    let [place, decoded] = [first, begin];
    for (let i = 0; i < count; i += 1) {
      const sample = read(i);
      yield { at: place, size: sample.size, shown: decoded + sample.shift, duration: sample.duration };
      place += sample.size;
      decoded += sample.duration;
    }
  }
  return { count, end, samples };
}
