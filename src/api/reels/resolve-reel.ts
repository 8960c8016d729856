import { json } from '../http/answer';
import { route, smallBody } from '../http/route';
import { reel, resolution, type Resolution } from '../../contract/schemas/reel';
import { REEL_PARAMS, REEL_PROBLEMS } from './view/reel-finder';
import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { resolveReel as resolveUpdate, resolveUpdateId } from '../../workflows/messages';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import type { ReelView } from './view/reel-view';
import { NoWorker, withinWorkerTime } from '../temporal/worker-time';

export const resolveReel = route({
  method: 'POST',
  path: '/v1/reels/{id}/resolve',
  id: 'resolveReel',
  tag: 'Reels',
  summary: 'Decide how a reel goes on',
  text:
    'For a reel that is `needs_decision`: the answer to a paid request was lost, or a finished video cannot be fetched. ' +
    'Look at `decision` of the reel first: it has the evidence, and what each choice may cost. The same decision sent twice is one.',
  access: 'key',
  isMessage: true,
  params: REEL_PARAMS,
  body: smallBody({
    schema: resolution,
    examples: {
      adopt: {
        summary: 'The task exists: take it',
        value: { action: 'adopt', runwayTaskId: '695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d' },
      },
      regenerate: { summary: 'Order the video once more', value: { action: 'regenerate' } },
      fetch: { summary: 'Fetch a finished video once more, for nothing', value: { action: 'fetch' } },
      abandon: { summary: 'Let the reel fail', value: { action: 'abandon' } },
    },
  }),
  answers: { 202: json('The decision was taken.', reel, undefined, ['Location']) },
  problems: [
    'invalid_request',
    ...REEL_PROBLEMS,
    'not_undecided',
    'action_refused',
    'regenerate_refused',
    'adopt_refused',
    'temporal_unreachable',
    'worker_unreachable',
    'runway_unreachable',
  ],
  async handler({ res, params: { id }, client, body }, context) {
    const { finder, toPublicReel } = context;
    const decision = body();
    await sendResolution(context, await finder.get(id, client), decision);
    const shown = await toPublicReel(await finder.get(id, client));
    res.status(202).location(shown.links.self).json(shown);
  },
});

const NOT_RESOLVED =
  'Temporal does not answer: whether the decision arrived is not known. It is safe to send it again.';

/**
 * Sends the decision to the run, and returns once the run has accepted it: reading the task to adopt may take longer.
 *
 * @throws Problem 409 when there is nothing to decide or no other generation is permitted, 422 when the task cannot be
 *   adopted, 503 without a worker or when the worker could not read the task
 */
export async function sendResolution(
  { client }: Pick<ApiDeps, 'client'>,
  view: ReelView,
  resolution: Resolution,
): Promise<void> {
  const { decision, run } = view;
  if (view.status !== 'needs_decision' || !decision || !run) throw notUndecided(view);
  const handle = client.workflow.getHandle(run.workflowId);

  async function send(updateId: string): Promise<void> {
    const update = await withinWorkerTime(client, NOT_TAKEN, () =>
      handle.startUpdate(resolveUpdate, { args: [resolution], updateId, waitForStage: 'ACCEPTED' }),
    );
    await withinWorkerTime(client, NOT_TAKEN, () => update.result()).catch(ignoreSlow);
  }

  // The same decision sent twice is one, even by two callers at once.
  const updateId = resolveUpdateId(decision, resolution);
  try {
    await send(updateId).catch(async (error: unknown) => {
      if (!mayBeRepeated(error)) throw error;
      // Temporal keeps the first answer to an update ID. A read that failed, or found no task yet, has changed nothing
      // and may be repeated, but only under another ID.
      await send(`${updateId}-${randomUUID()}`);
    });
  } catch (error) {
    throw problemOf(error, view);
  }
}

/** Types of failure with which the run refuses a decision. All but `not_undecided` have a message to pass on. */
const REFUSALS: ReadonlySet<string> = new Set([
  'action_refused',
  'adopt_refused',
  'regenerate_refused',
  'not_undecided',
]);

const NOT_TAKEN = {
  title: 'No worker took the decision',
  detail:
    'Start a worker: it may carry the decision out by itself then. To send it again is safe: the same decision twice is one.',
  unreachable: NOT_RESOLVED,
};

class TaskNotRead extends Problem {
  constructor(cause: unknown) {
    super('runway_unreachable', 'The reel still needs a decision. Send it again in a moment.', {
      headers: { 'Retry-After': '30' },
      cause,
    });
  }
}

function ignoreSlow(error: unknown): void {
  if (!(error instanceof NoWorker)) throw error;
}

function problemOf(error: unknown, view: ReelView): unknown {
  if (error instanceof WorkflowNotFoundError) return notUndecided(view);
  if (!(error instanceof WorkflowUpdateFailedError)) return error;
  if (wasNotAnswered(error)) return new TaskNotRead(error);
  const { type, message } = error.cause as ApplicationFailure;
  switch (type) {
    case 'action_refused':
      return new Problem('action_refused', message);
    case 'adopt_refused':
      return new Problem('adopt_refused', message);
    case 'regenerate_refused':
      return new Problem('regenerate_refused', message);
    default:
      return notUndecided(view);
  }
}

/** A refusal to adopt may be out of date: Runway may not have listed a fresh task yet, or was asked with another key. */
function mayBeRepeated(error: unknown): boolean {
  return wasNotAnswered(error) || typeOf(error) === 'adopt_refused';
}

function typeOf(error: unknown): string | undefined {
  const { cause } = error instanceof WorkflowUpdateFailedError ? error : {};
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** The run accepted the decision, then failed to carry it out: neither done nor refused. */
function wasNotAnswered(error: unknown): boolean {
  return error instanceof WorkflowUpdateFailedError && !REFUSALS.has(typeOf(error) ?? '');
}

function notUndecided({ status }: ReelView): Problem {
  const detail =
    status === 'needs_decision'
      ? 'The reel took another decision in the meantime, or ended. GET it to see how it stands.'
      : `The reel is ${status}: there is nothing to decide.`;
  return new Problem('not_undecided', detail);
}
