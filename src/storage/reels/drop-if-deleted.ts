import { access, rm } from 'node:fs/promises';
import { ifPresent } from '../../platform/files/disk-fault';
import type { Paths } from '../paths';

/**
 * Removes a file that was just written for a deleted reel, by a run that was ending or did not know of the deletion. To be
 * called after the write: a deletion writes the tombstone first and removes the files last, so that one of the two sees
 * the other.
 */
export async function dropIfDeleted(paths: Paths, reelId: string, path: string): Promise<void> {
  const deleted = await ifPresent(access(paths.tombstone(reelId)).then(() => true));
  if (deleted) await rm(path, { force: true });
}
