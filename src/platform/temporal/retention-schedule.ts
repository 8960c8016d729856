import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { taskQueues } from '../../domain/task-queues';
import { SWEEP_REELS, type SweepArgs } from '../../domain/tombstone';

export function retentionScheduleId(taskQueuePrefix = ''): string {
  return `${taskQueuePrefix}reel-retention`;
}

/**
 * Makes the hourly sweep of old reels what `REEL_RETENTION` says: there with this age, or not there. Several workers
 * may do so at once; where their settings differ, the one that started last wins.
 */
export async function ensureRetentionSchedule(
  { schedule }: Client,
  { taskQueuePrefix, retentionMs }: { readonly taskQueuePrefix?: string; readonly retentionMs?: number },
): Promise<void> {
  const scheduleId = retentionScheduleId(taskQueuePrefix);
  const handle = schedule.getHandle(scheduleId);
  if (retentionMs === undefined) {
    await handle.delete().catch(ignoreNotFound);
    return;
  }
  const args: [SweepArgs] = [{ retentionMs }];
  const settings = {
    spec: { intervals: [{ every: '1h' as const }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: SWEEP_REELS,
      workflowId: scheduleId,
      taskQueue: taskQueues(taskQueuePrefix).reels,
      args,
    },
    // What was missed is in the next sweep.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' as const },
  };
  try {
    await schedule.create({ scheduleId, ...settings });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // An operator may have paused it: that stays.
    await handle.update(({ state }) => ({ ...settings, state })).catch(ignoreNotFound);
  }
}

/** Another worker has removed it: it was started later, or without the setting. */
function ignoreNotFound(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}
