import type { Backend } from '../domain/backend';
import type { ReelPolicy } from '../domain/generate-reel';
import type { Runway } from '../runway/runway';
import type { Storage } from '../storage/storage';

/** What the activities are built from. */
export interface ActivityDeps {
  /** What this worker is set up for: it never calls for a reel that is bound to another backend. */
  readonly backend: Backend;
  readonly runway: Runway;
  readonly storage: Storage;
  readonly policy: Omit<ReelPolicy, 'deadlineAt'> & {
    readonly reelDeadlineMs: number;
    /** How long the fallback `wait` waits. */
    readonly fallbackWaitMs: number;
    readonly defaultMaxCredits?: number;
  };
  /** Base of Runway's status page. */
  readonly statusUrl: string;
  /** Credits that all reels together may cost in each rolling 24 hours; a limit that is not here is none. */
  readonly budget: {
    readonly dailyMaxCredits?: number;
    /** By the client's name. */
    readonly keyDailyMaxCredits: Readonly<Record<string, number>>;
  };
  readonly polls: PollLog;
}

/** Last poll of each Runway task by this process, so that an attempt that overlaps another keeps the distance. */
export class PollLog {
  private readonly last = new Map<string, number>();

  /** Milliseconds to wait until a poll is allowed. */
  waitFor(runwayTaskId: string, spacingMs: number, now: number): number {
    return Math.max(0, (this.last.get(runwayTaskId) ?? Number.NEGATIVE_INFINITY) + spacingMs - now);
  }

  record(runwayTaskId: string, now: number): void {
    this.last.delete(runwayTaskId);
    this.last.set(runwayTaskId, now);
    // Insertion order is age: forget what can no longer matter.
    for (const [id, at] of this.last) {
      if (now - at < 600_000) break;
      this.last.delete(id);
    }
  }
}
