/** A reel as it is shown, from its run in Temporal and its record in storage. Pure. */
import { type FailureEnvelope, reelFailure } from '../../../domain/failure';
import type { ReelFailure } from '../../../contract/schemas/failure';
import type { Generation, Phase, Reel, StoredVideo, Waiting } from '../../../contract/schemas/reel';
import { isTerminal } from '../../../contract/reel';
import { formatCredits } from '../../../contract/money';
import { queuedState, type ReelHead, type ReelRecord, type ReelState } from '../../../domain/reel';
import { type CatalogCode, entryOf } from '../../../runway/failures/error-catalog';
import type { Execution, PendingActivity } from '../../temporal/execution';

/** Types of failure that mean HTTP 429. */
const QUOTA_FAILURES: ReadonlySet<string> = new Set(['Runway.RateLimited', 'Runway.DailyLimitReached']);

/** Statuses that are no verdict on a task that is read, but on the key or the account. */
const ACCESS_REFUSED: ReadonlySet<number> = new Set([401, 402, 403]);

/** A reel before it gets its links. */
export interface ReelView extends Omit<Reel, 'links' | 'video' | 'progress' | 'remadeAs'> {
  readonly client: string;
  readonly bodyHash: string;
  /** Undefined where nothing tells it: between two activities of a generation. */
  readonly progress?: number;
  readonly video?: StoredVideo;
  readonly run?: { readonly workflowId: string; readonly runId: string };
}

/** What a reel is read from; at least one of `execution` and `record` with a head. */
export interface Sources {
  readonly execution?: Execution;
  readonly record?: ReelRecord;
  /** What the run failed with, where its memo does not say. */
  readonly failure?: FailureEnvelope;
}

/** @returns undefined when neither Temporal nor storage has accepted the reel yet. */
export function viewReel({ execution, record, failure }: Sources): ReelView | undefined {
  const head = execution?.head ?? record?.head;
  const noted = execution?.state ?? record?.state;
  if (!head || !noted) return undefined;
  const state = currentState(noted, { execution, record, failure });
  const run = execution && { workflowId: execution.workflowId, runId: execution.runId };
  return toView(head, state, live(state, execution), run);
}

function toView(head: ReelHead, state: ReelState, now: Live, run: ReelView['run']): ReelView {
  const { schemaVersion: _, diagnosis: { account, service } = {}, ...rest } = state;
  const found = { ...(account && { account }), ...(service && { service }) };
  return {
    ...rest,
    ...now,
    ...(rest.failure && { failure: { ...found, ...rest.failure } }),
    id: head.id,
    client: head.client,
    bodyHash: head.bodyHash,
    simulated: head.backend.kind === 'simulator',
    createdAt: head.createdAt,
    request: head.request,
    ...(head.remakeOf !== undefined && { remakeOf: head.remakeOf }),
    run,
  };
}

/** A reel that was accepted this moment. */
export function newReelView(head: ReelHead, run: ReelView['run']): ReelView {
  return toView(head, queuedState(head), {}, run);
}

/** Whether the run has ended without saying how in its memo: then the record or its last failure is asked. */
export function endedSilently(execution: Execution): boolean {
  return isClosed(execution) && !(execution.state && isTerminal(execution.state.status));
}

function isClosed({ status }: Execution): boolean {
  return status !== 'running' && status !== 'paused';
}

/** The last noted state, corrected by the run's own status. */
function currentState(noted: ReelState, { execution, record, failure }: Sources): ReelState {
  // A reset of a reel that is made makes nothing new, and takes nothing away. One that failed may yet be rescued.
  if (record?.state.status === 'succeeded') return record.state;
  if (isTerminal(noted.status)) return noted;
  if (execution && !isClosed(execution)) return noted;
  if (record && isTerminal(record.state.status)) return record.state;
  return ended(noted, execution, failure);
}

/** The state of a run that was ended from outside. What its open generations cost is not known any more. */
function ended(noted: ReelState, execution?: Execution, failure?: FailureEnvelope): ReelState {
  const at = execution?.closedAt ?? noted.updatedAt;
  let lost = 0;
  const generations = noted.generations.map((generation): Generation => {
    if (generation.status !== 'submitting' && generation.status !== 'submitted') return generation;
    lost += generation.estimatedCredits;
    return { ...generation, status: 'uncertain', endedAt: generation.endedAt ?? at };
  });
  const { waiting: _waiting, decision: _decision, ...rest } = noted;
  return {
    ...rest,
    phase: 'done',
    generations,
    credits: { ...noted.credits, uncertain: noted.credits.uncertain + lost },
    updatedAt: at,
    finishedAt: at,
    ...(execution?.status === 'cancelled'
      ? { status: 'cancelled' }
      : { status: 'failed', failure: failureOf(execution, failure, generations, lost) }),
  };
}

function failureOf(
  execution: Execution | undefined,
  envelope: FailureEnvelope | undefined,
  generations: readonly Generation[],
  lostCredits: number,
): ReelFailure {
  const operationId = generations.findLast((generation) => generation.runwayTaskId)?.runwayTaskId;
  if (envelope) return { operationId, ...reelFailure(envelope) };
  const { code, title, category, cause, advice } = entryOf(silentEnd(execution));
  const charge =
    lostCredits > 0
      ? `May have been charged: up to ${formatCredits(lostCredits)}.`
      : 'Nothing was under way at Runway.';
  return { code, title, message: `${cause} ${charge} ${advice[0]}`, advice, category, operationId };
}

function silentEnd(execution: Execution | undefined): CatalogCode {
  if (!execution) return 'history_lost';
  const { status } = execution;
  return status === 'terminated' || status === 'timed_out' ? 'stopped_by_operator' : 'unknown_error';
}

type Live = Partial<Pick<ReelView, 'status' | 'phase' | 'progress' | 'waiting'>>;

/** What the pending activity adds to the noted state. */
function live(state: ReelState, execution: Execution | undefined): Live {
  if (isTerminal(state.status)) return state.status === 'succeeded' ? { progress: 1 } : {};
  if (!execution) return {};
  const stopped = execution.status === 'paused' || execution.pending.some((activity) => activity.paused);
  if (stopped) return { waiting: { for: 'An operator paused this reel in Temporal' } };
  const seen = execution.pending.map(liveOf).find((found) => found !== undefined);
  const waiting = execution.cancelRequested ? { for: 'The cancellation' } : seen?.waiting;
  // Beside a decision only the read of a task to adopt runs: it changes nothing before it has succeeded.
  if (state.status === 'needs_decision') return waiting ? { waiting } : {};
  return {
    ...seen,
    ...(waiting && { waiting }),
    ...(seen?.phase && state.status === 'queued' && { status: 'in_progress' }),
  };
}

function liveOf(activity: PendingActivity): Live | undefined {
  const waiting = backOffOf(activity);
  switch (activity.type) {
    case 'submitGeneration':
      if (!waiting) return { phase: 'submitting' };
      return {
        phase: QUOTA_FAILURES.has(activity.lastFailure?.type ?? '')
          ? 'waiting_for_quota'
          : 'waiting_to_retry',
        waiting,
      };
    case 'awaitGeneration':
      return awaitOf(activity, waiting);
    case 'storeOutput':
      return { ...storeOf(activity, waiting), progress: 1 };
    default:
      return waiting && { waiting };
  }
}

function awaitOf({ progress }: PendingActivity, backOff: Waiting | undefined): Live {
  if (!progress) return backOff ? { waiting: backOff } : {};
  const { accessRefused, nextPollAt } = progress;
  if (accessRefused) {
    return {
      phase: 'waiting_for_access',
      progress: progress.progress,
      waiting: {
        for: `Access to Runway (refused with ${accessRefused.httpStatus} since ${accessRefused.since})`,
        nextAt: nextPollAt,
      },
    };
  }
  const waiting =
    progress.runwayStatus === 'THROTTLED' ? { for: 'A free slot at Runway', nextAt: nextPollAt } : backOff;
  return {
    phase: phaseOf(progress.runwayStatus),
    progress: progress.progress,
    ...(waiting && { waiting }),
  };
}

/** The task is read for a fresh link to its video: that may be refused like any other read of a paid task. */
function storeOf({ attempt, lastFailure }: PendingActivity, backOff: Waiting | undefined): Live {
  const reason = lastFailure?.envelope?.waitingFor;
  // A slow download is one long attempt: the reason of the failed one before it is still shown.
  const waiting = backOff ?? (reason === undefined ? undefined : { for: reason, number: attempt });
  const status = lastFailure?.envelope?.httpStatus;
  if (backOff && status !== undefined && ACCESS_REFUSED.has(status)) {
    return {
      phase: 'waiting_for_access',
      waiting: { ...backOff, for: `Access to Runway (refused with ${status})` },
    };
  }
  return { phase: 'storing', ...(waiting && { waiting }) };
}

function phaseOf(runwayStatus: string | undefined): Phase {
  if (runwayStatus === 'THROTTLED') return 'waiting_for_slot';
  if (runwayStatus === 'PENDING' || runwayStatus === undefined) return 'queued_at_runway';
  // A status that Runway adds one day means: not ended yet.
  return 'running';
}

function waitsFor(envelope: FailureEnvelope | undefined): string | undefined {
  return envelope?.waitingFor ?? envelope?.title;
}

/** An activity between two attempts. */
function backOffOf({ attempt, lastFailure, nextAttemptAt }: PendingActivity): Waiting | undefined {
  if (!lastFailure || nextAttemptAt === undefined) return undefined;
  return {
    for: waitsFor(lastFailure.envelope) ?? 'The next attempt after a failure of this service',
    number: attempt,
    nextAt: nextAttemptAt,
  };
}
