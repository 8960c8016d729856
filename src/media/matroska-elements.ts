/** Elements: what WebM and Matroska files are made of. Runs in the child process (`check-child.ts`). */
import type { FileHandle } from 'node:fs/promises';
import { DamagedVideo } from './container';

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
/** They may go on for as long as nothing comes that is none of their own. */
const HOLDS_ELEMENTS: ReadonlySet<number> = new Set([SEGMENT, CLUSTER]);
/** Many heads are read at once: those of small blocks lie close together. */
const WINDOW = 1 << 16;

/** Where no head of an element is, browsers look for the next cluster, and go on. */
const CLUSTER_HEAD = Buffer.from('1f43b675', 'hex');
/** The reader steps over zeros one by one: 60 kB cost it more than ten seconds of CPU time. */
const MOST_ZEROS = 1 << 13;

/**
 * Walks from element to element of the segment and its clusters.
 *
 * @throws DamagedVideo where there are many zeros instead; all other damage is left to the reader
 */
export async function requireElements(file: FileHandle, size: number): Promise<void> {
  let window = { at: 0, bytes: Buffer.alloc(0) };
  const headAt = async (at: number): Promise<Buffer> => {
    if (at < window.at || at + 12 > window.at + window.bytes.length) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW), 0, WINDOW, at);
      window = { at, bytes: buffer.subarray(0, bytesRead) };
    }
    return window.bytes.subarray(at - window.at);
  };
  let segmentEnd = Infinity;
  for (let at = 0; at + 2 <= size;) {
    // What is behind the segment is no part of the film, and nobody reads it.
    if (at >= segmentEnd) return;
    const element = headOf(await headAt(at));
    if (!element) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW), 0, WINDOW, at);
      const rest = buffer.subarray(0, bytesRead);
      const zeros = rest.findIndex((byte) => byte !== 0);
      if ((zeros < 0 ? bytesRead : zeros) > MOST_ZEROS)
        throw new DamagedVideo('A part of it is no picture and no sound.');
      const next = rest.indexOf(CLUSTER_HEAD);
      if (next <= 0) return;
      at += next;
      continue;
    }
    const { id, length, headBytes } = element;
    if (id === SEGMENT && length !== undefined) segmentEnd = Math.min(segmentEnd, at + headBytes + length);
    at += headBytes;
    if (!HOLDS_ELEMENTS.has(id)) at += length ?? 0;
  }
}

interface Head {
  readonly id: number;
  /** Absent: up to what does not belong into it. */
  readonly length?: number;
  readonly headBytes: number;
}

/** @returns undefined where no head is */
function headOf(bytes: Buffer): Head | undefined {
  const idBytes = Math.clz32(bytes[0] ?? 0) - 23;
  if (idBytes > 4 || bytes.length <= idBytes) return undefined;
  const lengthBytes = Math.clz32(bytes[idBytes] ?? 0) - 23;
  if (lengthBytes > 8 || bytes.length < idBytes + lengthBytes) return undefined;
  let length = (bytes[idBytes] ?? 0) & (0xff >> lengthBytes);
  let all = length === 0xff >> lengthBytes;
  for (let at = idBytes + 1; at < idBytes + lengthBytes; at += 1) {
    length = length * 256 + (bytes[at] ?? 0);
    all &&= bytes[at] === 0xff;
  }
  const head = { id: bytes.readUIntBE(0, idBytes), headBytes: idBytes + lengthBytes };
  return all ? head : { ...head, length };
}
