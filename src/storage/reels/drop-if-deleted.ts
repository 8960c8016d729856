import { access, rm } from 'node:fs/promises';
import { ifPresent } from '../../platform/files/disk-fault';
import type { Paths } from '../paths';

/**
 * Takes a file back that was written for a deleted reel, by a run that was ending or did not know of its end. To be
 * called after the write: whoever deletes a reel leaves the tombstone first and takes the files last, so that one of the
 * two sees what the other did.
 */
export async function dropIfDeleted(paths: Paths, reelId: string, path: string): Promise<void> {
  const deleted = await ifPresent(access(paths.tombstone(reelId)).then(() => true));
  if (deleted) await rm(path, { force: true });
}
