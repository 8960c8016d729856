/**
 * Every retry policy of the service, grouped by what a repeat costs. Each is whole: bounded by attempts or by
 * time, never by Temporal's default of neither. `docs/retry-policies.md` is held against this file by a test.
 */
import { DAY_MS } from '../contract/duration';
import type { ActivityOptions, RetryPolicy } from '@temporalio/common';
import type { ReelPolicy } from '../domain/generate-reel';

/**
 * Paid. Tried again only where Runway, or the gateway before it, answered that it took nothing, or nothing was sent. A
 * worker that dies in mid-call shows as one of the two time-outs: those end the activity, and what became of the POST is
 * read from its claim. Bounded by the reel's deadline.
 */
export const SUBMIT = freeze({
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: {
    initialInterval: '2s',
    backoffCoefficient: 2,
    maximumInterval: '5m',
    nonRetryableErrorTypes: ['TemporalTimeout:StartToClose', 'TemporalTimeout:Heartbeat'],
  },
});

/** Submits of a generation that end without a word: one that kills its worker every time must not go on for days. */
export const SILENT_ENDS = 10;

/**
 * Read only. Bounded by time alone: every deploy and every crash costs an attempt, and none of them says
 * anything about the task. The pause does not grow either, or the tenth crash would cost half a minute more than
 * the first: what paces deaths is the heartbeat time-out. Bounded by the reel's deadline.
 */
export const AWAIT = freeze({
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '1s', backoffCoefficient: 1, maximumInterval: '1s' },
});

/** Idempotent, and the video is paid for: patient. The least rate of a download ends an attempt long before. */
export const STORE = freeze({
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  startToCloseTimeout: '4h',
  scheduleToCloseTimeout: '24h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
});

/** Asks whether Runway still has a finished task, before a remake is paid. Bounded by the reel's deadline. */
export const FIND = freeze({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '2m' },
});

/** Free, and stops a cost: patient, but a reel that was cancelled must end. */
export const CANCEL = freeze({
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '1h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '2m' },
});

/** Free, on our own disk. */
export const RECORD = freeze({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** Removes an ended reel from disk and Temporal. Idempotent, and asked for: patient. */
export const ERASE = freeze({
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '7d',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
});

/** Deletes outputs at Runway, which deletes them by itself after a time: they are not waited for longer. */
export const OUTPUTS = freeze({
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '24h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '10m' },
});

/** Finds reels to erase, each hour: what is left over is done by the next sweep. */
export const SWEEP = freeze({
  startToCloseTimeout: '30m',
  scheduleToCloseTimeout: '55m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '5m' },
});

/** The caller waits for the answer: one read of the task, and a second one. */
export const ADOPT = freeze({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s', maximumAttempts: 3 },
});

/** Free, and not essential to the reel: it gives up before it delays the reel for long. */
export const NOTIFY = freeze({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '5m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});

/**
 * One POST of a webhook: whatever the receiver answers is a result, and the next try comes by `webhook-schedule.ts`.
 * Another attempt is made where a worker died over it, which the heartbeat shows and the activity bounds, and where the
 * client's share of the slots was used up, which says nothing about the receiver: no maximum of attempts.
 */
export const POST = freeze({
  // More than the time that `post-webhook.ts` gives a receiver, so that Temporal never cuts a POST off, and sends it again.
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '24h',
  heartbeatTimeout: '8s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** The least heartbeat time-out of a submit: a blocked event loop must not cost a task ID. */
const SUBMIT_HEARTBEAT_LEAST_MS = 15_000;
/** Slack beside the POST itself: claims, the image, a sender that is still waiting for its answer. */
const SUBMIT_SLACK_MS = 120_000;

export function submitOptions(policy: ReelPolicy, now: number): ActivityOptions {
  return {
    ...SUBMIT,
    startToCloseTimeout: policy.submitTimeoutMs + SUBMIT_SLACK_MS,
    scheduleToCloseTimeout: untilDeadline(policy, now),
    heartbeatTimeout: Math.max(SUBMIT_HEARTBEAT_LEAST_MS, policy.heartbeatTimeoutMs),
  };
}

/** Reading claims is free, but may have to wait for a sender that is still under way. */
export function settleOptions(policy: Pick<ReelPolicy, 'submitTimeoutMs'>): ActivityOptions {
  return {
    ...RECORD,
    startToCloseTimeout: policy.submitTimeoutMs + SUBMIT_SLACK_MS,
    heartbeatTimeout: '30s',
  };
}

export function awaitOptions(policy: ReelPolicy, taskQueue: string, now: number): ActivityOptions {
  // The activity itself ends at the deadline; the slack lets it do so.
  const time = untilDeadline(policy, now) + 60_000;
  return {
    ...AWAIT,
    taskQueue,
    startToCloseTimeout: time,
    scheduleToCloseTimeout: time,
    heartbeatTimeout: policy.heartbeatTimeoutMs,
  };
}

/** An attempt that begins before its time is over may go on after it. */
const STORE_SLACK_MS = 3_600_000;

/** How long fetching a finished video is tried before a decision is asked for. */
export function fetchPatienceMs({ fetchPatienceMs = DAY_MS }: ReelPolicy): number {
  return fetchPatienceMs;
}

/** @param until ms; the activity itself makes no attempt after it. */
export function storeOptions(taskQueue: string, until: number, now: number): ActivityOptions {
  return { ...STORE, taskQueue, scheduleToCloseTimeout: Math.max(0, until - now) + STORE_SLACK_MS };
}

export function findOptions(policy: ReelPolicy, now: number): ActivityOptions {
  return { ...FIND, scheduleToCloseTimeout: untilDeadline(policy, now) };
}

const FETCH_ROUND_MS = 600_000;

/** How long the decision `fetch` tries: its caller waits for the answer. */
export function fetchRoundMs(policy: ReelPolicy): number {
  return Math.min(FETCH_ROUND_MS, fetchPatienceMs(policy));
}

function untilDeadline(policy: ReelPolicy, now: number): number {
  return Math.max(1_000, Date.parse(policy.deadlineAt) - now);
}

/** A verdict of `wait` takes this many times the ordinary delay. */
const WAIT_FACTOR = 10;

/**
 * The loop over paid generations, in Temporal's own shape: a failed generation is not a failed call, so it is
 * the workflow that repeats it, with a durable timer between.
 */
export function regeneratePolicy(policy: ReelPolicy): Required<
  Pick<RetryPolicy, 'maximumAttempts' | 'backoffCoefficient'>
> & {
  readonly initialInterval: number;
} {
  return {
    maximumAttempts: 1 + policy.regenerateLimit,
    initialInterval: policy.regenerateDelayMs,
    backoffCoefficient: 1,
  };
}

/** Milliseconds before the next generation; undefined when this verdict does not permit one. */
export function regenerateDelay(policy: ReelPolicy, verdict: string): number | undefined {
  const { initialInterval } = regeneratePolicy(policy);
  if (verdict === 'regenerate') return initialInterval;
  return verdict === 'wait' ? initialInterval * WAIT_FACTOR : undefined;
}

/** Verdicts after which other settings may help, once retries of the same ones do not. */
export function mayChangeSettings(verdict: string): boolean {
  return verdict === 'regenerate' || verdict === 'wait' || verdict === 'change-settings';
}

const STATUS_POLLS = 72;
const STATUS_POLL_MOST_MS = 300_000;

/** Poll interval of the status page during an incident: five minutes, of a patience of six hours. */
export function statusPollMs({ outagePatienceMs }: ReelPolicy): number {
  return Math.max(1, Math.min(outagePatienceMs / STATUS_POLLS, STATUS_POLL_MOST_MS));
}

const RETRIES_WHILE_UNDECIDED = 100;

/** How often the claims of a lost answer are read again while a decision is awaited: every ten minutes. */
export function reconcileAgainMs({ decisionPatienceMs }: ReelPolicy): number {
  return Math.max(1_000, Math.min(decisionPatienceMs / RETRIES_WHILE_UNDECIDED, 600_000));
}

const FETCH_AGAIN_MOST_MS = 3_600_000;
/** Each try is about a dozen events, and a history holds 51,200. */
const MOST_FETCHES = 1_000;

/** How often a video is fetched again while a decision is awaited: every hour. */
export function fetchAgainMs({ decisionPatienceMs }: ReelPolicy): number {
  const often = Math.min(decisionPatienceMs / RETRIES_WHILE_UNDECIDED, FETCH_AGAIN_MOST_MS);
  return Math.max(1_000, often, decisionPatienceMs / MOST_FETCHES);
}

function freeze<T extends ActivityOptions>(options: T): Readonly<T> {
  Object.freeze(options.retry?.nonRetryableErrorTypes);
  Object.freeze(options.retry);
  return Object.freeze(options);
}
