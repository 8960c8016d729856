/** Arguments and results of the activities: what history records of each step. JSON only. */
import type { Backend } from './backend';
import type { FailureEnvelope } from './failure';
import type { StoredVideo } from './reel';
import type { ReelRecord } from './reel-state';
import type { ReelRequest } from './request';

/** One generation of one reel, at the backend that the reel is bound to. */
export interface GenerationRef {
  readonly reelId: string;
  /** From 1. */
  readonly generation: number;
  readonly backend: Backend;
}

export interface SubmitArgs extends GenerationRef {
  readonly request: ReelRequest;
  /** The most that one POST may take, its answer included. */
  readonly timeoutMs: number;
}

export interface Submitted {
  readonly runwayTaskId: string;
  /** The most that Runway says it may charge; absent when the answer was cut short. */
  readonly estimatedCredits?: number;
}

/** What became of a submit whose activity ended without a word. */
export type Settlement =
  | ({ readonly kind: 'created' } & Submitted)
  /** Proven: nothing was sent, and nobody can send any more under the claims so far. */
  | { readonly kind: 'not_sent' }
  /** Runway refused it, or it is unknown: the failure says which. */
  | { readonly kind: 'failed'; readonly failure: FailureEnvelope };

export interface SettleArgs extends GenerationRef {
  readonly estimatedCredits: number;
}

export interface RunwayTaskRef extends GenerationRef {
  readonly runwayTaskId: string;
}

export interface AwaitArgs extends RunwayTaskRef {
  /** The most that the generation may cost, for what is said when its charge cannot be read. */
  readonly estimatedCredits: number;
  readonly pollIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  /** ISO time at which the wait ends without a result. */
  readonly deadlineAt: string;
}

export type AwaitResult =
  { readonly status: 'succeeded'; readonly credits?: number } | { readonly status: 'deadline' };

export interface StoreArgs extends RunwayTaskRef {
  readonly request: ReelRequest;
}

export interface StoreResult {
  readonly video: StoredVideo;
  readonly warnings: readonly string[];
}

/** What a task turned out to be when it was to be ended. Without `credits` the charge is not known. */
export interface EndedTask {
  readonly end: 'succeeded' | 'failed' | 'cancelled' | 'deleted';
  readonly credits?: number;
}

export interface RecordArgs {
  readonly record: ReelRecord;
  /** False: a record that is there already belongs to another run and stays. */
  readonly replace: boolean;
}
