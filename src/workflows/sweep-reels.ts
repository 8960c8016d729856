/** What the schedule of `REEL_RETENTION` starts each hour. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, proxyActivities, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { eraseWorkflowId, type Erasure, type SweepArgs } from '../domain/tombstone';
import { eraseReel } from './erase-reel';
import { SWEEP } from './policies';

const { findExpired } = proxyActivities<Activities>(SWEEP);

/** Starts the erasing of reels that ended long enough ago, each by a workflow of its own that nothing here waits for. */
export async function sweepReels(args: SweepArgs): Promise<{ readonly erased: number }> {
  const expired = await findExpired(args);
  // One after the other: reels that are being made come first.
  for (const erasure of expired) await startErasing(erasure);
  return { erased: expired.length };
}

async function startErasing(erasure: Erasure): Promise<void> {
  const { id } = erasure.tombstone;
  try {
    await startChild(eraseReel, {
      workflowId: eraseWorkflowId(id),
      args: [erasure],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `erase reel ${id}`,
    });
  } catch (error) {
    // Somebody deletes it at this moment.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
