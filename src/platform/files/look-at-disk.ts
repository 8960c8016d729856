import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { removePart, writePart } from './atomic-file';
import { onDisk } from './disk-fault';
import { prepareFolder } from './folders';

/** More than file systems keep inside a directory: a full disk has to refuse it. */
const PROBE = Buffer.alloc(4_096);

/**
 * Writes a small file and removes it: nothing else tells a full or read-only disk from a good one.
 *
 * @returns what this process may still write, in bytes.
 * @throws StorageError `disk`
 */
export async function lookAtDisk(root: string): Promise<{ freeBytes: number }> {
  return onDisk('write to the storage', async () => {
    await prepareFolder(root, root);
    await removePart(await writePart(join(root, 'probe'), PROBE));
    const { bavail, bsize } = await statfs(root);
    return { freeBytes: bavail * bsize };
  });
}
