import type { Backend } from './backend';
import type { FailureEnvelope } from './failure';
import { MEMO_HEAD, MEMO_STATE, queuedState, type ReelHead, summarize, titleOf, workflowIdOf } from './reel';
import type { OnLostAnswer } from '../contract/request';
import type { ReelRequest } from '../contract/schemas/request';
import type { SearchAttributePair } from '@temporalio/common';
import { REEL_CLIENT, REEL_MODEL, REEL_STATUS, REEL_TITLE } from './search-attributes';

/** Name of the workflow type, for whoever starts it. */
export const GENERATE_REEL = 'generateReel';

/**
 * Input of the `generateReel` workflow. HTTP fills in everything; another workflow, or somebody in the UI, may
 * start it with a `request` alone. Its first activity validates it again in either case.
 */
export interface GenerateReelInput {
  /** Fixed ID of the reel; without it the ID follows from the workflow ID. */
  readonly id?: string;
  readonly client?: string;
  readonly bodyHash?: string;
  readonly createdAt?: string;
  /** What the reel is bound to; without it, the backend of the worker that accepts it. */
  readonly backend?: Backend;
  readonly remakeOf?: string;
  /** A request in the shape of `POST /v1/reels`; an image must be a URL or a stored reference. */
  readonly request: unknown;
}

/** Result of a run that succeeded: the sum, not the story. */
export interface GenerateReelResult {
  readonly id: string;
  readonly status: 'succeeded';
  readonly generations: number;
  readonly creditsCharged: number;
}

/**
 * The version of the story that `generateReel` gives today. A change in the sequence of its commands raises it, and
 * branches on the version that `acceptReel` wrote into the history: a run goes on as it was accepted.
 */
export const STORY = 3;

/** What `acceptReel` decides once for the whole run: history keeps it, so a later change of settings cannot break it. */
export interface AcceptedReel {
  /** The version of the story that this run follows; 1 or absent: that of release 0.1.0. */
  readonly story?: number;
  readonly head: ReelHead;
  readonly policy: ReelPolicy;
  /** `Holiday Party · veo3.1_fast · 8 s · no audio · at most 320 credits` */
  readonly summary: string;
  /** Failures that the workflow itself comes to, worded from the catalog, which it does not know. */
  readonly ends: Readonly<Record<EndCode, FailureEnvelope>>;
  /** The settings to go through, in order: the caller's own first, then one change a step. */
  readonly plan: readonly FallbackStep[];
}

/** One set of settings to try, with retries of its own. */
export interface FallbackStep {
  /** What is sent: the caller's request with the changes so far. */
  readonly request: ReelRequest;
  /** What differs from the caller's request, in words. */
  readonly changes: readonly string[];
  /** The most that one generation with these settings costs, in credits. */
  readonly estimatedCredits: number;
  /** A durable wait before the first generation of this step, in milliseconds. */
  readonly waitMs?: number;
}

/** Ends that the workflow itself comes to. */
export type EndCode =
  | 'budget_exhausted'
  | 'deadline_exceeded'
  | 'submit_outcome_unknown'
  | 'price_mismatch'
  | 'stalled'
  | 'never_started'
  | 'output_unavailable';

export interface ReelPolicy {
  /** Paid generations after the first one, for failures whose verdict is `regenerate`. */
  readonly regenerateLimit: number;
  readonly regenerateDelayMs: number;
  readonly pollIntervalMs: number;
  readonly submitTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly onLostAnswer: OnLostAnswer;
  readonly lostAnswerQuietMs: number;
  readonly decisionPatienceMs: number;
  /** How long a finished video that cannot be fetched is waited for before somebody is asked. Absent before story 3. */
  readonly fetchPatienceMs?: number;
  readonly outagePatienceMs: number;
  readonly stallPatienceMs: number;
  /** ISO time at which the reel ends, made or not. */
  readonly deadlineAt: string;
}

/**
 * How the run of an accepted reel is started. A workflow ID that Temporal knows, also of a run that has ended, is refused:
 * a reel is never made beside itself.
 */
export function reelStart(head: ReelHead): {
  workflowId: string;
  workflowIdConflictPolicy: 'FAIL';
  workflowIdReusePolicy: 'REJECT_DUPLICATE';
  args: [GenerateReelInput];
  memo: Record<string, unknown>;
  typedSearchAttributes: SearchAttributePair[];
  staticSummary: string;
} {
  const { id, client, bodyHash, createdAt, backend, request, remakeOf } = head;
  return {
    workflowId: workflowIdOf(id),
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    args: [{ id, client, bodyHash, createdAt, backend, remakeOf, request }],
    memo: { [MEMO_HEAD]: head, [MEMO_STATE]: queuedState(head) },
    typedSearchAttributes: startAttributes(head),
    staticSummary: summarize(head),
  };
}

/** Search attributes of a reel that was accepted and has done nothing yet. */
export function startAttributes(head: ReelHead): SearchAttributePair[] {
  return [
    { key: REEL_STATUS, value: 'queued' },
    { key: REEL_MODEL, value: head.request.model },
    { key: REEL_TITLE, value: titleOf(head.request) },
    { key: REEL_CLIENT, value: head.client },
  ];
}
