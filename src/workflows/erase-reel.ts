/** The durable workflow behind `DELETE /v1/reels/{id}` and `REEL_RETENTION`. */
import { isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Erasure } from '../domain/tombstone';
import { ERASE, OUTPUTS } from './policies';

const { eraseReel: eraseHere } = proxyActivities<Activities>(ERASE);
const { deleteOutputs } = proxyActivities<Activities>(OUTPUTS);

/** Erases an ended reel: first what is kept here and in Temporal, then, as far as Runway lets it, its outputs there. */
export async function eraseReel(erasure: Erasure): Promise<void> {
  await eraseHere.executeWithOptions({ ...ERASE, summary: 'remove record, files and history' }, [erasure]);
  try {
    await deleteOutputs.executeWithOptions({ ...OUTPUTS, summary: 'delete the outputs at Runway' }, [
      erasure,
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Runway deletes outputs by itself after a time.
    log.warn('the outputs at Runway could not be deleted', { reelId: erasure.tombstone.id, error });
  }
}
