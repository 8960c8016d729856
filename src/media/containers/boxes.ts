/** Boxes: what MP4 and QuickTime files are made of. */

export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface Box extends Place {
  readonly type: string;
  /** Where its content begins. */
  readonly content: number;
}

/**
 * The box whose head is at `offset` of `bytes`, which is `at` in its surroundings; these end at `end`. The box itself
 * may go beyond.
 *
 * @returns undefined where no head of a box is
 */
export function boxHead(bytes: Buffer, offset: number, at: number, end: number): Box | undefined {
  if (bytes.length < offset + 8) return undefined;
  const type = bytes.toString('latin1', offset + 4, offset + 8);
  const short = bytes.readUInt32BE(offset);
  // 0: it goes to the end. 1: a size of 64 bits follows.
  if (short === 1 && bytes.length < offset + 16) return undefined;
  const length = short === 0 ? end - at : short === 1 ? Number(bytes.readBigUInt64BE(offset + 8)) : short;
  const head = short === 1 ? 16 : 8;
  if (length < head || !/^[\x20-\x7e\xa9]{4}$/.test(type)) return undefined;
  return { type, start: at, content: at + head, end: at + length };
}

/** The boxes in a part of `bytes`: of one that goes beyond it what is there. What is no box is stepped over. */
export function boxesIn(bytes: Buffer, { start, end }: Place): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end;) {
    const box = boxHead(bytes, at, at, end);
    if (!box) break;
    boxes.push({ ...box, end: Math.min(box.end, end) });
    at = box.end;
  }
  return boxes;
}
