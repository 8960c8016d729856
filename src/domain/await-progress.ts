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
