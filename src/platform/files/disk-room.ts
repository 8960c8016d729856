import { statfs } from 'node:fs/promises';
import { onDisk, StorageError } from './disk-fault';
import { join } from 'node:path';
import { removePart, writePart } from './atomic-file';
import { prepareFolder } from './folders';

/** Claims and records must go on when videos find no room: without them nothing is submitted. */
const RESERVE_BYTES = 16_000_000;
/** A download without a length checks the free space again after so many bytes. */
const CHECK_EVERY_BYTES = 16_000_000;

/** Room on a disk for downloads, of which several may be under way. */
export interface TakenRoom {
  /** Has to be called before bytes are written. @throws StorageError `no_room` */
  wrote(bytes: number): Promise<void>;
  release(): void;
}

/** What the downloads of this process leave of a disk. Other processes are seen by what they have written. */
export class DiskRoom {
  /** Bytes that downloads under way have announced and not written yet. */
  private announced = 0;

  constructor(
    private readonly root: string,
    private readonly freeBytes = freeBytesOf,
  ) {}

  /** @throws StorageError `no_room` when the disk does not hold as much. */
  async take(bytes: number): Promise<TakenRoom> {
    let open = bytes;
    let unseen = 0;
    const settle = (known: number) => {
      open -= known;
      this.announced -= known;
    };
    // Before the disk is read: two that read it at once must not both be promised the rest.
    this.announced += bytes;
    try {
      await this.require(bytes);
    } catch (error) {
      settle(open);
      throw error;
    }
    return {
      wrote: async (written) => {
        const known = Math.min(open, written);
        settle(known);
        unseen += written - known;
        if (unseen < CHECK_EVERY_BYTES) return;
        unseen = 0;
        await this.require(0);
      },
      release: () => settle(open),
    };
  }

  /** @param bytes of what is announced: those that are asked for now. */
  private async require(bytes: number): Promise<void> {
    const left = (await this.freeBytes(this.root)) - this.announced;
    if (left >= RESERVE_BYTES) return;
    const free = formatMegabytes(Math.max(0, left + bytes));
    const needed = bytes > 0 ? `, and the video takes ${formatMegabytes(bytes)}` : '';
    const words = `The disk has ${free} left${needed}; ${formatMegabytes(RESERVE_BYTES)} are kept free.`;
    throw new StorageError('no_room', words);
  }
}

async function freeBytesOf(root: string): Promise<number> {
  const { bavail, bsize } = await statfs(root);
  return bavail * bsize;
}

export function formatMegabytes(bytes: number): string {
  return `${Number((bytes / 1e6).toFixed(1))} MB`;
}

/** More than file systems keep inside a directory: a full disk has to refuse it. */
const PROBE = Buffer.alloc(4_096);

/**
 * Writes a small file and removes it: nothing else tells a full or read-only disk from a good one.
 *
 * @returns what this process may still write, in bytes.
 * @throws StorageError `disk`
 */
export async function probeDisk(root: string): Promise<{ freeBytes: number }> {
  return onDisk('write to the storage', async () => {
    await prepareFolder(root, root);
    await removePart(await writePart(join(root, 'probe'), PROBE));
    const { bavail, bsize } = await statfs(root);
    return { freeBytes: bavail * bsize };
  });
}
