/** Arguments and results of the activities: what history records of each step. JSON only. */
import type { Backend } from './backend';
import type { Diagnosis, FailureEnvelope } from './failure';
import type { Evidence } from '../contract/schemas/findings';
import type { Choice, StoredVideo } from '../contract/schemas/reel';
import type { ReelRecord } from './reel';
import type { ReelRequest } from '../contract/schemas/request';

/** One generation of one reel, at the backend that the reel is bound to. */
export interface GenerationRef {
  readonly reelId: string;
  /** From 1. */
  readonly generation: number;
  readonly backend: Backend;
}

export interface SubmitArgs extends GenerationRef {
  readonly client: string;
  readonly request: ReelRequest;
  /** The most that one POST may take, its answer included. */
  readonly timeoutMs: number;
  /** What earlier generations of the reel cost in the end, so that the ledger of spending frees the rest. */
  readonly earlier: readonly GenerationCost[];
}

export interface GenerationCost {
  readonly generation: number;
  readonly charged: number;
  /** May have been charged as well, but could not be read. */
  readonly uncertain: number;
}

export interface Submitted {
  readonly runwayTaskId: string;
  /** The most that Runway says it may charge; absent when the answer was cut short. */
  readonly estimatedCredits?: number;
  /** Runway's ID of the HTTP request that made it (`apigw-requestid`), for its support. */
  readonly requestId?: string;
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

/** What `diagnose` is asked before more is spent. */
export interface DiagnoseArgs {
  readonly backend: Backend;
  readonly model: string;
  /** What the next generation may cost. */
  readonly nextCredits: number;
}

export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  /** Whether the status page reports an incident on the public API. */
  readonly incident: boolean;
  /** Set when the balance surely does not cover the next generation. */
  readonly failure?: FailureEnvelope;
}

export interface ReconcileArgs extends GenerationRef {
  readonly model: string;
  readonly estimatedCredits: number;
}

/** Everything that can be found out about a submit whose outcome is unknown. */
export type Reconciled =
  | ({ readonly kind: 'adopted' } & Submitted)
  /** Known not to exist: it may be submitted again. */
  | { readonly kind: 'absent' }
  /** Another run of the reel was allowed another generation, and went on to submit that. */
  | { readonly kind: 'regenerate' }
  | { readonly kind: 'unknown'; readonly evidence: Evidence; readonly choices: readonly Choice[] };

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
  /** How long RUNNING may show no progress, or the task a status that nobody knows, in milliseconds. */
  readonly stallPatienceMs: number;
}

export type AwaitResult =
  | { readonly status: 'succeeded'; readonly credits?: number }
  /** `words`: the task's state, where the catalog's own words do not say it. */
  | { readonly status: 'stalled'; readonly words?: string }
  /** `started`: whether the task was ever seen RUNNING. */
  | { readonly status: 'deadline'; readonly started: boolean };

export interface StoreArgs extends RunwayTaskRef {
  readonly request: ReelRequest;
  /** What Runway charged for the task, where known: for the message of a failure. */
  readonly credits?: number;
  /** Name of the API key, for its share of the downloads. Absent in the story of 0.1.0: all of those are one. */
  readonly client?: string;
  /**
   * ISO time from which on no other attempt follows one that failed. Absent in the story of 0.1.0, in which an output
   * that is no video is tried six times.
   */
  readonly until?: string;
}

export interface FindFinishedArgs {
  readonly reelId: string;
  /** The reel that it is made again from. */
  readonly remakeOf: string;
  readonly backend: Backend;
}

/** A task that Runway has finished and still has; empty where there is none. */
export interface FinishedTask {
  readonly runwayTaskId?: string;
  /** What it was made by. */
  readonly request?: ReelRequest;
}

export interface StoreResult {
  readonly video: StoredVideo;
  readonly warnings: readonly string[];
  /** Set when no browser plays the video: it is kept, and the reel fails with this. */
  readonly failure?: FailureEnvelope;
}

/** What a task turned out to be when it was to be ended. Without `credits` the charge is not known. */
export interface EndedTask {
  readonly end: 'succeeded' | 'failed' | 'cancelled' | 'deleted';
  readonly credits?: number;
}

export interface RecordArgs {
  readonly record: ReelRecord;
  /** False: a record that is there already may belong to another run, and then stays. */
  readonly replace: boolean;
}

/**
 * Heartbeat details of `awaitGeneration`: live progress for whoever reads the pending activity. Never the
 * only home of anything: details may be most of a heartbeat time-out old after a crash.
 */
export interface AwaitProgress {
  /** Runway's status as last seen (`PENDING`, `THROTTLED`, `RUNNING`, or one that we do not know). */
  readonly runwayStatus?: string;
  /** First time that a poll saw this status. */
  readonly statusSince?: string;
  /** 0 to 1; never falls within a generation. */
  readonly progress: number;
  readonly polls: number;
  readonly lastPollAt?: string;
  readonly nextPollAt?: string;
  /** Set while reads are refused with 401, 402 or 403. */
  readonly accessRefused?: { readonly httpStatus: number; readonly since: string };
  /** Set while Runway answers 404 for the task. */
  readonly notFound?: { readonly count: number; readonly since: string };
  /** The last read that gave no status, in words. */
  readonly lastFault?: string;
  /** First time the task was seen RUNNING. */
  readonly runningSince?: string;
  /** Last time RUNNING showed more progress than before. */
  readonly movedAt?: string;
  /** Set while the task has a status that nobody knows: the first time it was seen with one. */
  readonly unknownSince?: string;
}
