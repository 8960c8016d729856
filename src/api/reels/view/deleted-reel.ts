import { REEL_ID_PATTERN } from '../../../contract/reel';
import type { Tombstone } from '../../../domain/tombstone';
import type { Storage } from '../../../storage/storage';
import { Problem } from '../../http/problem';

type Tombstones = Pick<Storage, 'readTombstone'>;

/** @param id as it came: anything. */
export async function tombstoneOf(storage: Tombstones, id: string): Promise<Tombstone | undefined> {
  return REEL_ID_PATTERN.test(id) ? storage.readTombstone(id) : undefined;
}

/**
 * Refuses what is asked of a deleted reel, for its own client. For others the reel does not exist.
 *
 * @param client undefined when a signature vouches for whoever asks.
 * @param advice what to do instead.
 * @throws Problem 410; StorageError
 */
export async function refuseDeleted(
  storage: Tombstones,
  id: string,
  client: string | undefined,
  advice = '',
): Promise<void> {
  const tombstone = await tombstoneOf(storage, id);
  if (!tombstone || (client !== undefined && tombstone.client !== client)) return;
  const detail = `The reel was deleted at ${tombstone.deletedAt}. ${advice}`.trim();
  throw new Problem('reel_deleted', detail);
}
