import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionStatusName,
  WorkflowFailedError,
} from '@temporalio/client';
import {
  ActivityFailure,
  ApplicationFailure,
  arrayFromPayloads,
  WorkflowNotFoundError,
} from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { AwaitProgress } from '../../domain/activity-args';
import type { FailureEnvelope } from '../../domain/failure';
import { GENERATE_REEL } from '../../domain/generate-reel';
import { MEMO_HEAD, MEMO_STATE, type ReelHead, type ReelState } from '../../domain/reel';
import { callTemporal } from './temporal-call';
import { msOf } from './timestamp';

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

/**
 * The latest run under a workflow ID, by one `describe`: no worker is needed, and the workflow is not woken.
 *
 * @param unreachable what is true for the caller when Temporal cannot be asked.
 * @returns undefined when Temporal has no such run of ours.
 * @throws TemporalUnreachable
 */
export async function describeRun(
  client: Client,
  workflowId: string,
  unreachable: string,
): Promise<Execution | undefined> {
  const description = await callTemporal(client, unreachable, () =>
    client.workflow.getHandle(workflowId).describe(),
  ).catch(ignoreNotFound);
  if (description?.type !== GENERATE_REEL) return undefined;
  return toExecution(client, description);
}

/** What a run failed with, from its closing event; undefined when that holds no envelope of ours. */
export async function failureOfRun(
  client: Client,
  { workflowId, runId }: Execution,
  unreachable: string,
): Promise<FailureEnvelope | undefined> {
  const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
  const error = await callTemporal(client, unreachable, () => handle.result()).catch((e: unknown) => e);
  return error instanceof WorkflowFailedError ? envelopeOf(error.cause) : undefined;
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError) return undefined;
  throw error;
}

const STATUS = {
  RUNNING: 'running',
  PAUSED: 'paused',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
  // Not seen: `describe` without a run ID shows the newest run. A new status of the server means: not ended.
  CONTINUED_AS_NEW: 'running',
  UNSPECIFIED: 'running',
  UNKNOWN: 'running',
} as const satisfies Record<WorkflowExecutionStatusName, Execution['status']>;

/** An order starts its run at once: a run that is later than this may be another one's repeat. */
const STARTED_WITHIN_MS = 5_000;

function toExecution(client: Client, description: WorkflowExecutionDescription): Execution {
  const { workflowId, runId, status, startTime, closeTime, memo, raw } = description;
  const head = memo?.[MEMO_HEAD] as ReelHead | undefined;
  const lateMs = head ? startTime.getTime() - Date.parse(head.createdAt) : 0;
  return {
    workflowId,
    runId,
    status: STATUS[status.name],
    closedAt: closeTime?.toISOString(),
    cancelRequested: raw.workflowExtendedInfo?.cancelRequested ?? false,
    isRepeat: lateMs > STARTED_WITHIN_MS || Boolean(raw.workflowExtendedInfo?.lastResetTime),
    head,
    state: memo?.[MEMO_STATE] as ReelState | undefined,
    pending: (raw.pendingActivities ?? []).map((activity) => toPendingActivity(client, activity)),
  };
}

function toPendingActivity(
  client: Client,
  raw: temporal.api.workflow.v1.IPendingActivityInfo,
): PendingActivity {
  // The worker has no codecs: what it wrote is read by the converters alone.
  const { payloadConverter, failureConverter } = client.options.loadedDataConverter;
  const type = raw.activityType?.name ?? '';
  const [details] =
    type === 'awaitGeneration' ? arrayFromPayloads(payloadConverter, raw.heartbeatDetails?.payloads) : [];
  const failure = raw.lastFailure
    ? failureConverter.failureToError(raw.lastFailure, payloadConverter)
    : undefined;
  return {
    type,
    attempt: raw.attempt ?? 1,
    paused: raw.paused ?? false,
    nextAttemptAt: raw.nextAttemptScheduleTime
      ? new Date(msOf(raw.nextAttemptScheduleTime)).toISOString()
      : undefined,
    progress: details as AwaitProgress | undefined,
    lastFailure: failure && {
      type: failure instanceof ApplicationFailure ? (failure.type ?? undefined) : undefined,
      envelope: envelopeOf(failure),
    },
  };
}

/** The first envelope of ours in a chain of failures. */
function envelopeOf(failure: Error | undefined): FailureEnvelope | undefined {
  if (failure instanceof ActivityFailure) return envelopeOf(failure.cause);
  if (!(failure instanceof ApplicationFailure)) return undefined;
  const envelope = failure.details?.[0] as Partial<FailureEnvelope> | null | undefined;
  return envelope?.schemaVersion === 1 && typeof envelope.code === 'string'
    ? (envelope as FailureEnvelope)
    : envelopeOf(failure.cause);
}
