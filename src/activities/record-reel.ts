import type { RecordArgs } from '../domain/activity-args';
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
      const { id } = record.head;
      const before = await storage.readRecord(id);
      // Of a deleted reel too: its costs are settled.
      if (!replace && (before ?? (await storage.readTombstone(id)))) return;
      // A repeat of the run that is cancelled, or finds Runway's task gone, does not unmake what was made.
      if (before?.state.status === 'succeeded' && record.state.status !== 'succeeded') return;
      await storage.writeRecord(record);
      await settleCosts(storage, record);
    });
  };
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
