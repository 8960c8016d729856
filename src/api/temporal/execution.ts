import type { AwaitProgress } from '../../domain/await-progress';
import type { FailureEnvelope } from '../../domain/failure';
import type { ReelHead, ReelState } from '../../domain/reel-state';

/** What Temporal knows of a reel's run, in plain data: everything that the reading of a reel rests on. */
export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out';
  readonly closedAt?: string;
  readonly cancelRequested: boolean;
  /** Whether another run may have ended the reel before: it was reset, or begun well after the reel was ordered. */
  readonly isRepeat: boolean;
  /** Memo, as far as the workflow has written it. */
  readonly head?: ReelHead;
  readonly state?: ReelState;
  readonly pending: readonly PendingActivity[];
}

export interface PendingActivity {
  readonly type: string;
  readonly attempt: number;
  readonly paused: boolean;
  /** Set while it waits for its next attempt. */
  readonly nextAttemptAt?: string;
  /** Heartbeat details, where the activity is `awaitGeneration`. */
  readonly progress?: AwaitProgress;
  readonly lastFailure?: { readonly type?: string; readonly envelope?: FailureEnvelope };
}
