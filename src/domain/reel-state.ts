import type { Backend } from './backend';
import type { Diagnosis } from './failure';
import type { ReelFailure } from '../contract/schemas/failure';
import type { Credits, Decision, Generation, Phase, StoredVideo, Waiting } from '../contract/schemas/reel';
import type { ReelStatus } from '../contract/reel';
import type { ReelRequest } from '../contract/schemas/request';

/** What is fixed when a reel is accepted. Memo field `head`; also in `reel.json`. */
export interface ReelHead {
  readonly schemaVersion: 1;
  readonly id: string;
  /** Name of the API key that asked for it; `local` without keys. */
  readonly client: string;
  /** SHA-256 of the canonical JSON of the body as it was sent, for idempotent repeats. */
  readonly bodyHash: string;
  readonly createdAt: string;
  readonly backend: Backend;
  readonly request: ReelRequest;
  /** The most that one generation with these settings costs, in credits. */
  readonly estimatedCredits: number;
  /** The most that all generations together may cost, in credits. */
  readonly maxCredits: number;
  /** The reel that this one was made again from. */
  readonly remakeOf?: string;
}

/** What changes while a reel is made. Memo field `state`; also in `reel.json`. */
export interface ReelState {
  readonly schemaVersion: 1;
  readonly status: ReelStatus;
  readonly phase: Phase;
  readonly generations: readonly Generation[];
  readonly credits: Credits;
  readonly warnings: readonly string[];
  readonly waiting?: Waiting;
  readonly decision?: Decision;
  /** The last look at the account and the status page. */
  readonly diagnosis?: Diagnosis;
  readonly video?: StoredVideo;
  readonly failure?: ReelFailure;
  readonly updatedAt: string;
  readonly finishedAt?: string;
}

/** `reel.json`: written when a reel is accepted and at its end, so that it outlives Temporal's history. */
export interface ReelRecord {
  readonly schemaVersion: 1;
  /** The run's workflow ID: `reel-<id>` unless another workflow or a person started it by another name. */
  readonly workflowId: string;
  readonly head: ReelHead;
  readonly state: ReelState;
}

/** The state of a reel before its workflow has written any. */
export function queuedState(head: ReelHead): ReelState {
  return {
    schemaVersion: 1,
    status: 'queued',
    phase: 'submitting',
    generations: [],
    credits: { estimated: head.estimatedCredits, charged: 0, uncertain: 0 },
    warnings: [],
    updatedAt: head.createdAt,
  };
}

/** Memo fields of a reel's workflow. */
export const MEMO_HEAD = 'head';
export const MEMO_STATE = 'state';
