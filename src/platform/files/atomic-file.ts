/**
 * Files that are whole or absent, whatever dies when: written under a temporary name, synced, and given their
 * name in one step. The folder must exist (`prepareFolder`).
 */
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StorageError, hasCode } from './disk-fault';
import { syncFolder } from './folders';
import { partPathOf } from './part-files';

/** Puts `bytes` at `path` in place of what stood there; durable when it returns. */
export async function replaceFile(path: string, bytes: string | Buffer): Promise<void> {
  const part = await writePart(path, bytes);
  try {
    await rename(part, path);
  } catch (error) {
    await removePart(part);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Puts `bytes` at `path` unless a file stands there. Durable only after `syncFolder`. @returns false when one did. */
export async function createFile(path: string, bytes: string | Buffer, mode?: number): Promise<boolean> {
  return publishPart(await writePart(path, bytes, mode), path);
}

/**
 * Gives a synced part its name, unless that is taken, and removes the part. A hard link rather than a rename:
 * of many that try, one wins, and nobody ever sees the file without its content. Durable only after `syncFolder`.
 *
 * @returns false when the name was taken.
 */
export async function publishPart(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    if (hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) {
      // Such file systems (exFAT, many cloud buckets) seldom keep exclusive creation either: no fence, no money.
      const message = `The file system of ${dirname(path)} makes no hard links: choose another DATA_DIR.`;
      throw new StorageError('disk', message, { cause: error });
    }
    throw error;
  } finally {
    await removePart(part);
  }
}

/** Writes and syncs a part of `path`, and returns where it is. Leaves nothing behind when it fails. */
export async function writePart(path: string, bytes: string | Buffer, mode = 0o640): Promise<string> {
  const part = partPathOf(path);
  const handle = await open(part, 'wx', mode);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    await removePart(part);
    throw error;
  } finally {
    await handle.close();
  }
  return part;
}

/** Never fails: what happened to the file itself matters more, and what stays is removed later (`removeParts`). */
export async function removePart(part: string): Promise<void> {
  await rm(part, { force: true }).catch(() => undefined);
}
