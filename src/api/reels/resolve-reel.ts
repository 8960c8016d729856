import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { type Resolution, resolveReel, resolveUpdateId } from '../../workflows/messages';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import type { ReelView } from './view/reel-view';
import { NoWorker, withinWorkerTime } from '../temporal/worker-time';

const NOT_RESOLVED =
  'Temporal does not answer: whether the decision arrived is not known. It is safe to send it again.';

/**
 * Hands a person's decision to the run. It returns once the run has taken it; to look at the task to adopt may take
 * the run longer than that.
 *
 * @throws Problem 409 when there is nothing to decide or no other generation is permitted, 422 when the task cannot be adopted, 503 without a worker or
 *   when the worker could not look at the task
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
      handle.startUpdate(resolveReel, { args: [resolution], updateId, waitForStage: 'ACCEPTED' }),
    );
    await withinWorkerTime(client, NOT_TAKEN, () => update.result()).catch(ignoreSlow);
  }

  // The same decision sent twice is one, also when it comes from two people at once.
  const updateId = resolveUpdateId(decision, resolution);
  try {
    await send(updateId).catch(async (error: unknown) => {
      if (!mayAnswerAnew(error)) throw error;
      // Temporal answers an update ID for ever as it did at first: a look that failed, or found no task at that time,
      // has changed nothing and may be made again, but only under another ID.
      await send(`${updateId}-${randomUUID()}`);
    });
  } catch (error) {
    throw problemOf(error, view);
  }
}

/** What the run refuses a decision with; the words of all but `not_undecided` are for people. */
const VERDICTS: ReadonlySet<string> = new Set([
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

class CannotLook extends Problem {
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
  if (hadNoVerdict(error)) return new CannotLook(error);
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

/** A look at the task to adopt is of its moment: Runway may not have shown a fresh task yet, or was asked with another key. */
function mayAnswerAnew(error: unknown): boolean {
  return hadNoVerdict(error) || typeOf(error) === 'adopt_refused';
}

function typeOf(error: unknown): string | undefined {
  const { cause } = error instanceof WorkflowUpdateFailedError ? error : {};
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** The run took the decision and failed over it, without saying yes or no. */
function hadNoVerdict(error: unknown): boolean {
  return error instanceof WorkflowUpdateFailedError && !VERDICTS.has(typeOf(error) ?? '');
}

function notUndecided({ status }: ReelView): Problem {
  const detail =
    status === 'needs_decision'
      ? 'The reel took another decision in the meantime, or ended. GET it to see how it stands.'
      : `The reel is ${status}: there is nothing to decide.`;
  return new Problem('not_undecided', detail);
}
