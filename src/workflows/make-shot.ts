/** One clip: generations, one after the other, until one is stored or none may follow. */
import {
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { AwaitResult, EndedTask, StoreResult, Submitted } from '../domain/activity-args';
import type { FailureEnvelope } from '../domain/failure';
import type { AcceptedReel } from '../domain/generate-reel';
import { waitsQueueOf } from '../domain/task-queues';
import { endedSilently, envelopeOf, nameless, NamedFailure } from './failures';
import * as policies from './policies';
import type { ReelBoard } from './reel-board';
import * as change from './reel-changes';

const activities = proxyActivities<Activities>(policies.RECORD);

export async function makeShot(accepted: AcceptedReel, board: ReelBoard): Promise<StoreResult> {
  for (let number = 1, retry = 0; ; number += 1) {
    requireBudget(accepted, board);
    const made = await makeGeneration(accepted, board, number);
    if (made.kind === 'succeeded') return storeOutput(accepted, number, made.runwayTaskId);

    const delay = policies.regenerateDelay(accepted.policy, made.failure.verdict);
    const { maximumAttempts } = policies.regeneratePolicy(accepted.policy);
    retry += 1;
    if (delay === undefined || retry >= maximumAttempts) throw new NamedFailure(made.failure);
    await waitToRegenerate(accepted, board, made.failure, { retry, limit: maximumAttempts - 1, delay });
  }
}

type Made =
  | { readonly kind: 'succeeded'; readonly runwayTaskId: string }
  | { readonly kind: 'failed'; readonly failure: FailureEnvelope };

async function makeGeneration(accepted: AcceptedReel, board: ReelBoard, number: number): Promise<Made> {
  const { request, estimatedCredits } = accepted.head;
  board.show(
    change.beginGeneration(board.state, {
      number,
      model: request.model,
      changes: [],
      estimatedCredits,
      at: now(),
    }),
  );
  try {
    const { runwayTaskId, estimatedCredits: estimate } = await submit(accepted, number);
    log.info(`generation ${number} submitted`, { operationId: runwayTaskId });
    board.show(change.generationSubmitted(board.state, number, now(), runwayTaskId, estimate));
    const result = await awaitTask(accepted, number, runwayTaskId);
    if (result.status === 'deadline') return await endAtDeadline(accepted, board, number, runwayTaskId);
    return succeeded(board, number, runwayTaskId, result.credits);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return failed(board, number, envelopeOf(error) ?? nameless(error));
  }
}

function succeeded(board: ReelBoard, number: number, runwayTaskId: string, credits?: number): Made {
  const at = now();
  board.show(
    change.storing(change.generationEnded(board.state, number, at, { status: 'succeeded', credits }), at),
  );
  return { kind: 'succeeded', runwayTaskId };
}

/** A failure that does not say what was charged leaves the generation uncertain. */
function failed(board: ReelBoard, number: number, failure: FailureEnvelope): Made {
  const credits = failure.chargedCredits;
  const status = credits === undefined ? 'uncertain' : 'failed';
  board.show(change.generationEnded(board.state, number, now(), { status, credits, failure }));
  return { kind: 'failed', failure };
}

/** A submit that kills its worker every time must not go on for days. */
const SILENT_ENDS = 10;

/**
 * Submits a generation. Where the activity ended without saying what became of the POST, its claims tell: a task
 * is adopted, a submit that provably never happened is made again, and anything else fails the generation.
 */
async function submit(accepted: AcceptedReel, number: number): Promise<Submitted> {
  const { head, policy } = accepted;
  const ref = { reelId: head.id, generation: number, backend: head.backend };
  for (let silentEnds = 0; ; silentEnds += 1) {
    try {
      const summary = `generation ${number}: submit ${head.request.model}, at most ${head.estimatedCredits} credits`;
      return await activities.submitGeneration.executeWithOptions(
        { ...policies.submitOptions(policy, Date.now()), summary },
        [{ ...ref, request: head.request, timeoutMs: policy.submitTimeoutMs }],
      );
    } catch (error) {
      const failure = envelopeOf(error);
      if (isCancellation(error) || (failure && tellsCharge(failure))) throw error;
      const settled = await CancellationScope.nonCancellable(() =>
        activities.settleSubmission.executeWithOptions(
          { ...policies.settleOptions(policy), summary: `generation ${number}: what became of the submit?` },
          [{ ...ref, estimatedCredits: head.estimatedCredits }],
        ),
      );
      if (settled.kind === 'created') return settled;
      if (settled.kind === 'failed') throw new NamedFailure(settled.failure);
      if (!endedSilently(error) || silentEnds >= SILENT_ENDS || Date.now() >= Date.parse(policy.deadlineAt)) {
        throw new NamedFailure({ ...(failure ?? nameless(error)), chargedCredits: 0 });
      }
      log.warn('a submit ended before anything was sent; it is made again', { generation: number });
    }
  }
}

function tellsCharge(failure: FailureEnvelope): boolean {
  return failure.chargedCredits !== undefined || failure.code === 'submit_outcome_unknown';
}

async function awaitTask(accepted: AcceptedReel, number: number, runwayTaskId: string): Promise<AwaitResult> {
  const { head, policy } = accepted;
  const wait = activities.awaitGeneration.executeWithOptions(
    {
      ...policies.awaitOptions(policy, waitsQueueOf(workflowInfo().taskQueue), Date.now()),
      summary: `generation ${number}: await ${runwayTaskId}`,
    },
    [
      {
        reelId: head.id,
        generation: number,
        backend: head.backend,
        runwayTaskId,
        estimatedCredits: head.estimatedCredits,
        pollIntervalMs: policy.pollIntervalMs,
        heartbeatTimeoutMs: policy.heartbeatTimeoutMs,
        deadlineAt: policy.deadlineAt,
      },
    ],
  );
  try {
    return await wait;
  } catch (error) {
    // No worker came to the wait in all that time.
    if (endedSilently(error)) return { status: 'deadline' };
    throw error;
  }
}

/** Looks once more: a task that has succeeded is delivered, any other is deleted so that it costs no more. */
async function endAtDeadline(
  accepted: AcceptedReel,
  board: ReelBoard,
  number: number,
  runwayTaskId: string,
): Promise<Made> {
  const end = await endTask(accepted, number, runwayTaskId);
  if (end?.end === 'succeeded') return succeeded(board, number, runwayTaskId, end.credits);
  return failed(board, number, {
    ...accepted.ends.deadline_exceeded,
    operationId: runwayTaskId,
    ...(end?.credits === undefined ? {} : { chargedCredits: end.credits }),
  });
}

/**
 * Ends a Runway task, also when the reel was cancelled.
 *
 * @returns undefined when Runway could not be asked for as long as the policy permits: the task may go on.
 */
export async function endTask(
  { head }: AcceptedReel,
  number: number,
  runwayTaskId: string,
): Promise<EndedTask | undefined> {
  try {
    return await CancellationScope.nonCancellable(() =>
      activities.cancelGeneration.executeWithOptions(
        { ...policies.CANCEL, summary: `generation ${number}: end ${runwayTaskId}` },
        [{ reelId: head.id, generation: number, backend: head.backend, runwayTaskId }],
      ),
    );
  } catch (error) {
    log.error('a Runway task could not be ended', { runwayTaskId, error });
    return undefined;
  }
}

function storeOutput({ head }: AcceptedReel, number: number, runwayTaskId: string): Promise<StoreResult> {
  return activities.storeOutput.executeWithOptions(
    { ...policies.STORE, summary: `generation ${number}: store the video of ${runwayTaskId}` },
    [{ reelId: head.id, generation: number, backend: head.backend, runwayTaskId, request: head.request }],
  );
}

/** Nothing is begun that, at its most, would exceed what the caller allows for the whole reel. */
function requireBudget({ head, ends }: AcceptedReel, board: ReelBoard): void {
  if (change.committedCredits(board.state) + head.estimatedCredits <= head.maxCredits) return;
  throw new NamedFailure({ ...ends.budget_exhausted, chargedCredits: 0 });
}

async function waitToRegenerate(
  { policy, ends }: AcceptedReel,
  board: ReelBoard,
  failure: FailureEnvelope,
  { retry, limit, delay }: { retry: number; limit: number; delay: number },
): Promise<void> {
  const nextAt = Date.now() + delay;
  if (nextAt >= Date.parse(policy.deadlineAt))
    throw new NamedFailure({ ...ends.deadline_exceeded, chargedCredits: 0 });
  const notice = `Retrying due to ${failure.code.replaceAll('_', ' ')} (${retry}/${limit})`;
  log.info(notice, { operationId: failure.operationId });
  board.show(
    change.waitingToRetry(board.state, now(), {
      for: notice,
      number: retry,
      limit,
      nextAt: new Date(nextAt).toISOString(),
    }),
  );
  await sleep(delay, { summary: notice });
}

function now(): string {
  return new Date().toISOString();
}
