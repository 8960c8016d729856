/** Walks through WebM and Matroska files. Runs in the child process (`check-child.ts`). */
import type { FileHandle } from 'node:fs/promises';
import { DamagedVideo } from './container';
import { elementHead, SEGMENT } from './ebml';

const CLUSTER = 0x1f43b675;
/** Many heads are read at once: those of small blocks lie close together. */
const WINDOW = 1 << 16;
/** Four bytes of ID and eight of length. */
const MOST_HEAD = 12;

/** Where no head of an element is, browsers search for the next cluster, and go on. */
const CLUSTER_HEAD = Buffer.from('1f43b675', 'hex');
/** More of them in place of elements are pictures that were lost. */
const MOST_ZEROS = 1 << 13;

const VOID = 0xec;
/** What stands in a segment itself, as the reader has it. */
const OF_SEGMENT: readonly number[] = [
  ...[0x114d9b74, 0x1549a966, CLUSTER, 0x1654ae6b, 0x1c53bb6b, 0x1941a469, 0x1043a770, 0x1254c367],
];
/** And in a cluster, of its blocks and of itself. */
const OF_CLUSTER: readonly number[] = [0xe7, 0xa3, 0xa0, 0xa7, 0xab, 0xaf, 0x5854, 0xbf, VOID];
const isOfSegment = (id: number): boolean => OF_SEGMENT.includes(id);

interface Walked {
  readonly end: number;
  /** All the bytes that it says it has are there, and what stands in its clusters is what belongs there. */
  readonly isWhole: boolean;
}

/**
 * Walks from element to element of the segment and its clusters, to where the film ends: where none of a segment's
 * elements follows any more. To look for one that never comes the reader would take for ever (`resync` of mediabunny 1.61
 * does not end), so it is not shown what is behind.
 *
 * @throws DamagedVideo where there are many zeros instead of elements, or where none follows in the middle of a cluster that
 *     says how long it is; all other damage is left to the reader
 */
export async function walkFilm(file: FileHandle, size: number): Promise<Walked> {
  const bytesAt = windowOf(file);
  let [at, end] = [0, size];
  let holds: 'files' | 'segment' | 'cluster' = 'files';
  let clusterEnd = Infinity;
  let isWhole = false;
  while (at + 2 <= end) {
    if (holds === 'cluster' && at + 2 > clusterEnd) holds = 'segment';
    const element = elementHead(await bytesAt(at));
    if (holds === 'cluster' && element && isOfSegment(element.id)) holds = 'segment';
    if (!element || (holds === 'segment' && !isOfSegment(element.id) && element.id !== VOID)) {
      isWhole = false;
      await requireFewZeros(bytesAt, element ? at + element.headBytes + (element.length ?? 0) : at);
      // In front of the segment the reader gives up by itself.
      if (holds === 'files') return { end: size, isWhole };
      // Not here: of the last one there may be the beginning of a head, and no more.
      const next = await findCluster(bytesAt, at + 1, end);
      if (next === undefined && holds === 'cluster' && clusterEnd < Infinity) throw noPicture();
      if (next === undefined) return { end: at, isWhole };
      [at, holds] = [next, 'segment'];
      continue;
    }
    const { id, length, headBytes } = element;
    if (holds === 'cluster' && !OF_CLUSTER.includes(id)) isWhole = false;
    at += headBytes;
    if (id === SEGMENT) {
      holds = 'segment';
      isWhole = length !== undefined && at + length <= size;
      end = Math.min(end, at + (length ?? Infinity));
    } else if (id === CLUSTER && holds === 'segment') {
      holds = 'cluster';
      clusterEnd = at + (length ?? Infinity);
    }
    // The reader refuses it.
    else if (length === undefined) return { end: size, isWhole };
    else at += length;
  }
  return { end: size, isWhole };
}

async function requireFewZeros(bytesAt: BytesAt, at: number): Promise<void> {
  const bytes = await bytesAt(at, WINDOW);
  const zeros = bytes.findIndex((byte) => byte !== 0);
  if ((zeros < 0 ? bytes.length : zeros) > MOST_ZEROS) throw noPicture();
}

const noPicture = () => new DamagedVideo('A part of it is no picture and no sound.');

/** @returns where the next one begins. */
async function findCluster(bytesAt: BytesAt, from: number, end: number): Promise<number | undefined> {
  for (let at = from; at < end; at += WINDOW - CLUSTER_HEAD.length) {
    const found = (await bytesAt(at, WINDOW)).indexOf(CLUSTER_HEAD);
    if (found >= 0 && at + found < end) return at + found;
  }
  return undefined;
}

/** Bytes from a position on: as many as are asked for, where the file has them. */
type BytesAt = (at: number, length?: number) => Promise<Buffer>;

function windowOf(file: FileHandle): BytesAt {
  let window = { at: 0, bytes: Buffer.alloc(0) };
  return async (at, length = MOST_HEAD) => {
    if (at < window.at || at + length > window.at + window.bytes.length) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW), 0, WINDOW, at);
      window = { at, bytes: buffer.subarray(0, bytesRead) };
    }
    return window.bytes.subarray(at - window.at);
  };
}
