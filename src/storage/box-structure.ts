import type { FileHandle } from 'node:fs/promises';
import { StorageError } from './storage';

/**
 * Walks the top-level boxes of an MP4 file, which must fill it exactly: a file that was cut short by one byte ends
 * inside a box. (Readers of MP4, mediabunny among them, take such files as they come.)
 *
 * @throws StorageError `bad_video`
 */
export async function checkBoxes(file: FileHandle, bytes: number): Promise<void> {
  const found = new Set<string>();
  for (let at = 0; at < bytes;) {
    const box = await readBox(file, at, bytes);
    if (at + box.size > bytes) {
      const missing = at + box.size - bytes;
      throw new StorageError(
        'bad_video',
        `The file is cut short: ${missing} bytes of its "${box.type}" are missing.`,
      );
    }
    found.add(box.type);
    at += box.size;
  }
  for (const type of ['moov', 'mdat']) {
    if (!found.has(type)) {
      throw new StorageError('bad_video', `The file is no complete MP4: it has no "${type}" box.`);
    }
  }
}

async function readBox(file: FileHandle, at: number, end: number): Promise<{ type: string; size: number }> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, at);
  const type = buffer.toString('latin1', 4, 8);
  if (at === 0 && type !== 'ftyp') throw new StorageError('bad_video', 'The file is no MP4.');
  const size = buffer.readUInt32BE(0);
  // 0: the box goes to the end of the file. 1: a 64-bit size follows.
  if (size === 0) return { type, size: end - at };
  const long = size === 1;
  if (bytesRead < (long ? 16 : 8))
    throw new StorageError('bad_video', 'The file is cut short in the head of a box.');
  const full = long ? Number(buffer.readBigUInt64BE(8)) : size;
  if (full < (long ? 16 : 8))
    throw new StorageError('bad_video', `The file is no MP4: a box of ${full} bytes.`);
  return { type, size: full };
}
