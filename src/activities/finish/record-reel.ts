import { isDeepStrictEqual } from 'node:util';
import type { RecordArgs } from '../../domain/activity-args';
import type { Generation } from '../../contract/schemas/reel';
import { isTerminal } from '../../contract/reel';
import type { ReelRecord } from '../../domain/reel';
import type { Storage } from '../../storage/storage';
import type { ActivityDeps } from '../deps';
import { foreignHead } from '../accept/foreign-head';
import { requireOwnStorage } from '../guards/own-backend';
import { settleCost } from '../settle/settle-cost';
import { storageCall } from '../storage-call';

/** Writes `reel.json` beside the video, so that the reel can be read after Temporal has forgotten the run. */
export function recordReel(deps: Pick<ActivityDeps, 'backend' | 'storage' | 'runway'>) {
  const { backend, storage } = deps;
  return async ({ record, replace }: RecordArgs): Promise<void> => {
    requireOwnStorage(backend, record.head.backend);
    await storageCall(async () => {
      const found = await storage.readRecord(record.head.id);
      if (!replace && !(await isFree(storage, record, found))) return;
      // A repeated run that is cancelled, or finds the task gone, does not unmake what was made.
      if (found?.state.status === 'succeeded' && record.state.status !== 'succeeded') return;
      const { workflowId, head } = found ?? (await firstRecord(storage, record));
      await storage.writeRecord({ ...record, workflowId, head });
      await settleCosts(deps, record);
    });
  };
}

/** The record of a run that ended before it was accepted. Its owner is in the order; without one it is `local`. */
async function firstRecord(
  storage: Storage,
  { workflowId, head }: ReelRecord,
): Promise<Pick<ReelRecord, 'workflowId' | 'head'>> {
  const order = await storage.readOrder(head.id);
  return { workflowId, head: order ?? foreignHead(head) };
}

/**
 * Whether a run that does not know that it was accepted may write the record. It may have been cancelled before the
 * answer came: then the unfinished record of this reel is its own.
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

/** Writes the final cost of each generation into the ledger: what was set aside beyond it is free again. */
async function settleCosts(
  deps: Pick<ActivityDeps, 'storage' | 'runway'>,
  { head: { id: reelId }, state: { generations } }: ReelRecord,
): Promise<void> {
  // HTTP sets aside the first generation's credits when it accepts a reel, even if that never begins.
  const last = Math.max(1, ...generations.map(({ number }) => number));
  for (let generation = 1; generation <= last; generation += 1) {
    await settleCost(
      deps,
      { reelId, generation },
      chargeOf(generations.find(({ number }) => number === generation)),
    );
  }
}

/** `unknown`: the run has seen the task's end, or deleted it, without learning its cost: nobody else can learn it. */
function chargeOf(generation: Generation | undefined): number | 'unknown' | undefined {
  if (generation === undefined || generation.credits !== undefined) return generation?.credits;
  return generation.status === 'cancelled' || generation.runwayTaskId !== undefined ? 'unknown' : undefined;
}
