import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createFile } from '../platform/files/atomic-file';
import { StorageError, ifPresent, onDisk } from '../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../platform/files/folders';
import type { Paths } from './paths';

const KEY_BYTES = 32;

/** Reads the file once, not at each request. After a failure the next call tries again. */
export function createSigningKey(paths: Paths): () => Promise<Buffer> {
  let key: Promise<Buffer> | undefined;
  return () => {
    key ??= readSigningKey(paths).catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return key;
  };
}

/**
 * The key for signed URLs. Of several processes that start at once one creates it, and all read the same.
 *
 * @throws StorageError `bad_record` when the file holds no such key.
 */
async function readSigningKey({ root, signingKey: path }: Paths): Promise<Buffer> {
  const key = await onDisk('read or make the signing key', async () => {
    const found = await ifPresent(readFile(path));
    if (found) return found;
    await prepareFolder(dirname(path), root);
    await createFile(path, randomBytes(KEY_BYTES), 0o600);
    await syncFolder(dirname(path));
    return readFile(path);
  });
  if (key.length === KEY_BYTES) return key;
  const cure =
    'Remove it and start again: links given out until now stop working, new ones are made on demand.';
  throw new StorageError('bad_record', `${path} is no signing key (${KEY_BYTES} bytes). ${cure}`);
}
