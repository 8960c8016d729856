import type { EndedTask, RunwayTaskRef } from '../../domain/activity-args';
import type { RunwayTask, TaskRead } from '../../runway/calls/task-read';
import type { ActivityDeps } from '../deps';
import { failure } from '../failure';
import { whileBeating } from '../heartbeat';
import { requireOwnBackend } from '../guards/own-backend';
import { noteCost } from './settle-cost';

/**
 * Ends a Runway task: reads it first, because deleting a finished task would delete its output, and deletes it
 * only while it runs. What a deleted task cost cannot be read any more.
 *
 * @throws ApplicationFailure, retryable, while Runway gives no clear answer.
 */
export function cancelGeneration(deps: ActivityDeps) {
  return (args: RunwayTaskRef): Promise<EndedTask> => {
    requireOwnBackend(deps.backend, args.backend);
    return whileBeating(() => end(deps, args));
  };
}

async function end({ runway, storage }: ActivityDeps, args: RunwayTaskRef): Promise<EndedTask> {
  const { runwayTaskId } = args;
  const ended = endOf(await runway.readTask(runwayTaskId));
  if (ended?.credits !== undefined) await noteCost(storage, args, ended.credits);
  if (ended) return ended;
  const deletion = await runway.deleteTask(runwayTaskId);
  if (!deletion.deleted)
    throw failure('read_failed', {
      words: `deleting the task: ${deletion.words}`,
      operationId: runwayTaskId,
    });
  return { end: 'deleted' };
}

/** @returns undefined while the task runs, or may run. */
function endOf(read: TaskRead): EndedTask | undefined {
  switch (read.kind) {
    case 'task':
      return endOfTask(read.task);
    case 'not_found':
      // An earlier attempt of this activity deleted it, or somebody else did. Runway may also say so of a fresh task,
      // which is why it is deleted all the same.
      return undefined;
    case 'access_refused':
    case 'fault':
      throw failure('read_failed', { words: `looking at the task: ${read.words}` });
  }
}

function endOfTask({ status, credits }: RunwayTask): EndedTask | undefined {
  const charge = credits === undefined ? {} : { credits };
  if (status === 'SUCCEEDED') return { end: 'succeeded', ...charge };
  if (status === 'FAILED') return { end: 'failed', ...charge };
  if (status === 'CANCELLED') return { end: 'cancelled', ...charge };
  return undefined;
}
