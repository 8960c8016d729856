import { isDeepStrictEqual } from 'node:util';
import type { RecordArgs } from '../domain/activity-args';
import { isTerminal } from '../domain/reel';
import type { ReelRecord } from '../domain/reel-state';
import type { Storage } from '../storage/storage';
import type { ActivityDeps } from './deps';
import { requireOwnStorage } from './own-backend';
import { storageCall } from './storage-call';

/** Writes `reel.json` beside the video, so that the reel can be read after Temporal has forgotten the run. */
export function recordReel({ backend, storage }: ActivityDeps) {
  return async ({ record, replace }: RecordArgs): Promise<void> => {
    requireOwnStorage(backend, record.head.backend);
    await storageCall(async () => {
      const found = await storage.readRecord(record.head.id);
      if (!replace && !(await isFree(storage, record, found))) return;
      // A repeat of the run that is cancelled, or finds Runway's task gone, does not unmake what was made.
      if (found?.state.status === 'succeeded' && record.state.status !== 'succeeded') return;
      await storage.writeRecord(record);
      await settleCosts(storage, record);
    });
  };
}

/**
 * Whether a run that does not know that it was accepted may write the record. It may have been all the same, and was
 * cancelled before it was told: then the unfinished record of this reel is its own.
 */
async function isFree(
  storage: Storage,
  { workflowId, head }: ReelRecord,
  found: ReelRecord | undefined,
): Promise<boolean> {
  // The costs of a deleted reel are settled already.
  if (!found) return (await storage.readTombstone(head.id)) === undefined;
  const isOwn = found.workflowId === workflowId && isDeepStrictEqual(found.head.request, head.request);
  return isOwn && !isTerminal(found.state.status);
}

/** The ledger of spending learns what the generations cost in the end: what was set aside beyond it is free again. */
async function settleCosts(storage: Storage, { head, state }: ReelRecord): Promise<void> {
  // HTTP sets the first generation aside when it accepts a reel; one that never began cost nothing.
  if (state.generations.length === 0) {
    await storage.ledger.settle(head.id, 1, { charged: 0, uncertain: 0, at: state.updatedAt });
  }
  for (const { number, credits, estimatedCredits } of state.generations) {
    await storage.ledger.settle(head.id, number, {
      charged: credits ?? 0,
      uncertain: credits === undefined ? estimatedCredits : 0,
      at: state.updatedAt,
    });
  }
}
