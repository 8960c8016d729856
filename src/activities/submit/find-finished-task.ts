import { Context } from '@temporalio/activity';
import type { FindFinishedArgs, FinishedTask } from '../../domain/activity-args';
import type { ActivityDeps } from '../deps';
import { failure } from '../failure';
import { whileBeating } from '../heartbeat';
import { requireOwnBackend } from '../guards/own-backend';
import { tasksToTake } from './tasks-to-take';

/** 404s in a row, a poll interval apart, after which a task counts as gone: the video is paid for again then. */
const NOT_FOUND_COUNT = 3;

/**
 * Finds a task that Runway finished for the reel that this one is made again from, and whose video was never stored. What
 * counts is our own storage, not the caller: both reels belong to one client and one backend, and ask for the same video.
 *
 * @returns empty where there is none.
 * @throws ApplicationFailure `Runway.ReadFailed`, retryable: while Runway does not say, nothing may be paid again.
 */
export function findFinishedTask({ backend, runway, storage, policy }: ActivityDeps) {
  return (args: FindFinishedArgs): Promise<FinishedTask> => {
    requireOwnBackend(backend, args.backend);
    return whileBeating(async () => {
      const { tasks, request } = await tasksToTake(storage, args.reelId);
      for (const runwayTaskId of tasks) {
        if (await isFinished(runwayTaskId)) return { runwayTaskId, request };
      }
      return {};
    });
  };

  async function isFinished(runwayTaskId: string): Promise<boolean> {
    for (let missing = 0; missing < NOT_FOUND_COUNT;) {
      const read = await runway.readTask(runwayTaskId, Context.current().cancellationSignal);
      if (read.kind === 'task') return read.task.status === 'SUCCEEDED';
      if (read.kind !== 'not_found') {
        const words = `whether the finished video of the earlier reel is still there: ${read.words}`;
        throw failure('read_failed', { words, operationId: runwayTaskId, chargedCredits: 0 });
      }
      missing += 1;
      if (missing < NOT_FOUND_COUNT) await Context.current().sleep(policy.pollIntervalMs);
    }
    return false;
  }
}
