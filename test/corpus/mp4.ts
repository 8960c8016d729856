/** Takes MP4 files apart and puts them together wrongly, or rightly in ways that encoders seldom choose. */

export interface Box {
  readonly type: string;
  /** Of its head. */
  readonly start: number;
  /** Of its content. */
  readonly content: number;
  readonly end: number;
}

/** Box types whose content is boxes. */
const HOLDS_BOXES = new Set([
  'moov',
  'trak',
  'edts',
  'mdia',
  'minf',
  'dinf',
  'stbl',
  'moof',
  'traf',
  'mvex',
  'udta',
]);

export function boxesIn(file: Buffer, start = 0, end = file.length): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end;) {
    const size32 = file.readUInt32BE(at);
    const head = size32 === 1 ? 16 : 8;
    const size = size32 === 1 ? Number(file.readBigUInt64BE(at + 8)) : size32 === 0 ? end - at : size32;
    boxes.push({
      type: file.toString('latin1', at + 4, at + 8),
      start: at,
      content: at + head,
      end: at + size,
    });
    at += size;
  }
  return boxes;
}

/** The box at a path such as `moov/trak/mdia`; the n-th of a name with `trak:1`. */
export function boxAt(file: Buffer, path: string): Box {
  let [start, end] = [0, file.length];
  let found: Box | undefined;
  for (const step of path.split('/')) {
    const [type = '', index = '0'] = step.split(':');
    found = boxesIn(file, start, end).filter((box) => box.type === type)[Number(index)];
    if (!found) throw new Error(`no ${path} in the file`);
    // A version, flags and a count stand before the boxes of a sample description; its entries have heads of their own.
    [start, end] = [found.content + (type === 'stsd' ? 8 : 0), found.end];
  }
  return found as Box;
}

export function box(type: string, ...content: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(
    content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** Gives the box at a path other bytes (none: it is gone), and each box around it the size that follows. */
export function replaceBox(file: Buffer, path: string, bytes: Buffer): Buffer {
  const steps = path.split('/');
  const target = boxAt(file, path);
  const changed = Buffer.concat([file.subarray(0, target.start), bytes, file.subarray(target.end)]);
  const grown = bytes.length - (target.end - target.start);
  for (let depth = 1; depth < steps.length; depth += 1) {
    const around = boxAt(file, steps.slice(0, depth).join('/'));
    changed.writeUInt32BE(around.end - around.start + grown, around.start);
  }
  // Whatever stands behind it in the file has moved.
  return grown === 0 ? changed : moveChunks(changed, target.start, grown);
}

/** Puts bytes before or behind the box at a path. */
export function insertBox(file: Buffer, where: 'before' | 'after', path: string, bytes: Buffer): Buffer {
  const { start, end } = boxAt(file, path);
  const old = file.subarray(start, end);
  return replaceBox(file, path, Buffer.concat(where === 'before' ? [bytes, old] : [old, bytes]));
}

/** Changes a copy of the file. */
export function edited(file: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
}

/** Offsets of chunks that lie at `from` or behind it grow. */
function moveChunks(file: Buffer, from: number, by: number): Buffer {
  for (const path of pathsOf(file)) {
    if (!/\/stco:\d+$/.test(path)) continue;
    const { content } = boxAt(file, path);
    const count = file.readUInt32BE(content + 4);
    for (let i = 0; i < count; i += 1) {
      const at = content + 8 + 4 * i;
      const offset = file.readUInt32BE(at);
      if (offset >= from) file.writeUInt32BE(offset + by, at);
    }
  }
  return file;
}

/** Paths of all boxes, in their order. */
export function pathsOf(file: Buffer, start = 0, end = file.length, prefix = ''): string[] {
  const counts = new Map<string, number>();
  return boxesIn(file, start, end).flatMap(({ type, content, end: boxEnd }) => {
    const index = counts.get(type) ?? 0;
    counts.set(type, index + 1);
    const path = `${prefix}${type}:${index}`;
    return [path, ...(HOLDS_BOXES.has(type) ? pathsOf(file, content, boxEnd, `${path}/`) : [])];
  });
}

/** Where each sample of a track lies, of a file that is not fragmented. */
export function samplesOf(file: Buffer, track = 0): { at: number; size: number }[] {
  const stbl = `moov/trak:${track}/mdia/minf/stbl`;
  const table = (name: string) => boxAt(file, `${stbl}/${name}`).content;
  const [stsz, stsc, stco] = [table('stsz'), table('stsc'), table('stco')];
  const fixed = file.readUInt32BE(stsz + 4);
  const sizes = [...Array(file.readUInt32BE(stsz + 8)).keys()].map((i) =>
    fixed > 0 ? fixed : file.readUInt32BE(stsz + 12 + 4 * i),
  );
  const runs = [...Array(file.readUInt32BE(stsc + 4)).keys()].map((i) => ({
    first: file.readUInt32BE(stsc + 8 + 12 * i),
    each: file.readUInt32BE(stsc + 12 + 12 * i),
  }));
  const samples: { at: number; size: number }[] = [];
  const chunks = file.readUInt32BE(stco + 4);
  for (let chunk = 1; chunk <= chunks; chunk += 1) {
    let at = file.readUInt32BE(stco + 8 + 4 * (chunk - 1));
    const each = runs.findLast(({ first }) => first <= chunk)?.each ?? 0;
    for (let i = 0; i < each && samples.length < sizes.length; i += 1) {
      const size = sizes[samples.length] ?? 0;
      samples.push({ at, size });
      at += size;
    }
  }
  return samples;
}
