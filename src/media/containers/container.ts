/**
 * The kind of a file, by its first bytes, and whether it can be read at all: no reader gets tables that promise more than
 * the file can hold. Runs in the child process (`check-child.ts`).
 */
import type { FileHandle } from 'node:fs/promises';
import { type Box, boxesIn, boxHead, type Place } from './boxes';

/** The file is no video, or a damaged one; the message says what is wrong. */
export class DamagedVideo extends Error {}

export const CONTENT_TYPES = [
  ...(['video/mp4', 'video/quicktime', 'video/webm', 'video/x-matroska', 'video/ogg'] as const),
  ...(['video/x-msvideo', 'video/x-flv', 'video/mp2t', 'video/x-ms-wmv'] as const),
] as const;
type ContentType = (typeof CONTENT_TYPES)[number];

export interface Container {
  /** As users know it. */
  readonly name: string;
  readonly contentType: ContentType;
  /** The only demuxer that ffmpeg may use: one that follows references of a file (playlists) is never among them. */
  readonly demuxer: 'mov' | 'matroska' | 'ogg' | 'avi' | 'flv' | 'mpegts' | 'asf';
  /** Whether browsers read such files. */
  readonly inBrowsers: boolean;
  readonly mp4?: Mp4Layout;
}

/** Where things are in an MP4 or QuickTime file. */
export interface Mp4Layout {
  readonly moov: Box;
  /** Its samples are in `moof` boxes, all of them or those after the first ones. */
  readonly fragments: readonly Box[];
  /** `moov` is compressed, as QuickTime once wrote it. */
  readonly isCompressed: boolean;
}

const EBML = Buffer.from('1a45dfa3', 'hex');
const ASF = Buffer.from('3026b2758e66cf11', 'hex');

/** @throws DamagedVideo */
export async function readContainer(file: FileHandle, size: number): Promise<Container> {
  if (size === 0) throw new DamagedVideo('The file is empty.');
  const head = await readAt(file, 0, Math.min(size, 600));
  const text = head.toString('latin1');
  if (head.subarray(0, 4).equals(EBML)) {
    const webm = text.slice(0, 80).includes('webm');
    return {
      name: webm ? 'WebM' : 'Matroska',
      contentType: webm ? 'video/webm' : 'video/x-matroska',
      demuxer: 'matroska',
      inBrowsers: true,
    };
  }
  if (text.startsWith('OggS')) return foreign('Ogg', 'video/ogg', 'ogg');
  if (/^RIFF[^]{4}AVI /.test(text)) return foreign('AVI', 'video/x-msvideo', 'avi');
  if (text.startsWith('FLV\x01')) return foreign('Flash video', 'video/x-flv', 'flv');
  if (head.subarray(0, 8).equals(ASF)) return foreign('Windows Media', 'video/x-ms-wmv', 'asf');
  if (head[0] === 0x47 && head[188] === 0x47 && head[376] === 0x47) {
    return foreign('MPEG transport stream', 'video/mp2t', 'mpegts');
  }
  const mp4 = await readMp4(file, size);
  const quickTime = /^[^]{4}ftypqt {2}/.test(text);
  return {
    name: `${quickTime ? 'QuickTime' : 'MP4'}${mp4.isCompressed ? ' with a compressed "moov"' : ''}`,
    contentType: quickTime ? 'video/quicktime' : 'video/mp4',
    demuxer: 'mov',
    inBrowsers: !mp4.isCompressed,
    mp4,
  };
}

function foreign(name: string, contentType: ContentType, demuxer: Container['demuxer']): Container {
  return { name, contentType, demuxer, inBrowsers: false };
}

/** A `moov` of a clip of half a minute has some 50 kB. */
const MOST_MOOV = 16 * 1024 * 1024;
const MOST_TOP_BOXES = 100_000;
const MOST_INNER_BOXES = 20_000;
const MOST_DEPTH = 12;
const MOST_TRACKS = 64;
const MOST_EDITS = 10_000;
/** Boxes that it may end with. Anything else behind them is not part of the film, and no player reads it. */
const KNOWN = new Set([
  'ftyp',
  'moov',
  'mdat',
  'free',
  'skip',
  'wide',
  'styp',
  'sidx',
  'uuid',
  'moof',
  'pdin',
  'pnot',
  'emsg',
  'meta',
  'mfra',
  'udta',
  'ssix',
  'prft',
  'junk',
  'bloc',
  'mere',
  'imda',
]);

async function readMp4(file: FileHandle, size: number): Promise<Mp4Layout> {
  let moov: Box | undefined;
  let missing: { readonly type: string; readonly bytes: number } | undefined;
  const fragments: Box[] = [];
  const scan: Scan = { file: size, boxes: 0, tracks: 0 };
  let [data, known, isCompressed] = [false, false, false];
  for (let at = 0, boxes = 0; at < size; boxes += 1) {
    if (boxes > MOST_TOP_BOXES) throw new DamagedVideo(`The file has more than ${MOST_TOP_BOXES} parts.`);
    const box = await topBox(file, at, size);
    if (!box || !KNOWN.has(box.type)) {
      // A box of no known type may stand anywhere, as long as it ends in the file.
      if (box && box.end <= size) {
        at = box.end;
        continue;
      }
      break;
    }
    known = true;
    if (box.end > size) missing = { type: box.type, bytes: box.end - size };
    if (box.type === 'moov' || box.type === 'moof') {
      // Browsers take what is there of one that is cut short.
      const length = Math.min(box.end, size) - box.start;
      if (box.end - box.start > MOST_MOOV) {
        throw new DamagedVideo(
          `The "${box.type}" box of ${box.end - box.start} bytes is larger than that of any clip.`,
        );
      }
      const bytes = await readAt(file, box.start, length);
      scanBoxes(bytes, { start: box.content - box.start, end: length }, 1, scan);
      const place = { ...box, end: box.start + length };
      // Of two, the first one counts.
      if (box.type === 'moov' && !moov) {
        moov = place;
        isCompressed = boxesIn(bytes, { start: box.content - box.start, end: length })[0]?.type === 'cmov';
      }
      if (box.type === 'moof') fragments.push(place);
    }
    if (box.type === 'mdat') data = true;
    at = box.end;
  }
  if (!known) throw new DamagedVideo('The file is no video of a known kind.');
  if (!moov) {
    throw new DamagedVideo(
      missing
        ? `The file is cut short: ${missing.bytes} bytes of its "${missing.type}" are missing.`
        : 'The file is no complete MP4: it has no "moov" box.',
    );
  }
  if (!data) throw new DamagedVideo('The file is no complete MP4: it has no "mdat" box.');
  return { moov, fragments, isCompressed };
}

/** The box at `at`; undefined where no head of a box is. */
async function topBox(file: FileHandle, at: number, size: number): Promise<Box | undefined> {
  if (size - at < 8) return undefined;
  const head = await readAt(file, at, Math.min(16, size - at));
  return boxHead(head, 0, at, size);
}

interface Scan {
  /** Bytes of the file: it cannot hold more samples. */
  readonly file: number;
  boxes: number;
  tracks: number;
}

const HOLDS_BOXES = new Set([
  'moov',
  'trak',
  'edts',
  'mdia',
  'minf',
  'dinf',
  'stbl',
  'mvex',
  'moof',
  'traf',
  'udta',
  'tref',
]);

/** Tables of so many bytes an entry, whose count stands behind a version and flags. */
const ENTRY_BYTES: Readonly<Record<string, number>> = {
  stts: 8,
  ctts: 8,
  stsc: 12,
  stco: 4,
  co64: 8,
  stss: 4,
};

function scanBoxes(bytes: Buffer, { start, end }: Place, depth: number, scan: Scan): void {
  if (depth > MOST_DEPTH) throw new DamagedVideo(`Its boxes are nested more than ${MOST_DEPTH} deep.`);
  for (let at = start; at + 8 <= end;) {
    const found = boxHead(bytes, at, at, end);
    // What is left of a box that no box is: readers step over it.
    if (!found) return;
    // Of one that goes beyond its surroundings they take what is there.
    const box = { ...found, end: Math.min(found.end, end) };
    scan.boxes += 1;
    if (scan.boxes > MOST_INNER_BOXES)
      throw new DamagedVideo(`It has more than ${MOST_INNER_BOXES} boxes inside.`);
    if (box.type === 'trak' && (scan.tracks += 1) > MOST_TRACKS)
      throw new DamagedVideo(`It has more than ${MOST_TRACKS} tracks.`);
    if (HOLDS_BOXES.has(box.type)) scanBoxes(bytes, { start: box.content, end: box.end }, depth + 1, scan);
    else checkTable(bytes, box, scan);
    at = box.end;
  }
}

function checkTable(bytes: Buffer, { type, content, end }: Box, scan: Scan): void {
  const room = end - content;
  const entry = ENTRY_BYTES[type];
  if (entry !== undefined && room >= 8) {
    const count = bytes.readUInt32BE(content + 4);
    requireRoom(type, count, count * entry, room - 8);
    if (type === 'stts' || type === 'ctts') requireSamples(type, sumOf(bytes, content + 8, count), scan.file);
  }
  if (type === 'stsz' && room >= 12) {
    const [each, count] = [bytes.readUInt32BE(content + 4), bytes.readUInt32BE(content + 8)];
    if (each === 0) requireRoom(type, count, count * 4, room - 12);
    requireSamples(type, each === 0 ? count : count * each, scan.file);
  }
  if (type === 'stz2' && room >= 12) {
    const [bits, count] = [bytes[content + 7] ?? 8, bytes.readUInt32BE(content + 8)];
    requireRoom(type, count, Math.ceil((count * bits) / 8), room - 12);
    requireSamples(type, count, scan.file);
  }
  if (type === 'elst' && room >= 8) {
    const count = bytes.readUInt32BE(content + 4);
    requireRoom(type, count, count * (bytes[content] === 1 ? 20 : 12), room - 8);
    if (count > MOST_EDITS) throw new DamagedVideo(`Its edit list has ${count} entries.`);
  }
  if (type === 'trun' && room >= 8) {
    const flags = bytes.readUInt32BE(content) & 0xffffff;
    const count = bytes.readUInt32BE(content + 4);
    const each = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
    const before = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
    requireRoom(type, count, count * each, room - before);
    requireSamples(type, count, scan.file);
  }
}

function requireRoom(type: string, count: number, wanted: number, room: number): void {
  if (wanted <= room) return;
  throw new DamagedVideo(
    `Its table "${type}" promises ${count} entries and has ${Math.max(0, room)} bytes for them.`,
  );
}

function requireSamples(type: string, count: number, file: number): void {
  if (count <= file) return;
  throw new DamagedVideo(`Its table "${type}" promises ${count} samples in a file of ${file} bytes.`);
}

function sumOf(bytes: Buffer, from: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += bytes.readUInt32BE(from + 8 * i);
  return sum;
}

export async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
