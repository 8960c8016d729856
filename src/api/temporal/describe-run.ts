import type { Client, WorkflowExecutionDescription, WorkflowExecutionStatusName } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';
import type { AwaitProgress } from '../../domain/await-progress';
import type { FailureEnvelope } from '../../domain/failure';
import { GENERATE_REEL } from '../../domain/generate-reel';
import { MEMO_HEAD, MEMO_STATE, type ReelHead, type ReelState } from '../../domain/reel-state';
import type { Execution, PendingActivity } from './execution';
import { callTemporal } from './temporal-call';

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

async function toExecution(client: Client, description: WorkflowExecutionDescription): Promise<Execution> {
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
    pending: await Promise.all(
      (raw.pendingActivities ?? []).map((activity) => toPendingActivity(client, activity)),
    ),
  };
}

async function toPendingActivity(
  client: Client,
  raw: temporal.api.workflow.v1.IPendingActivityInfo,
): Promise<PendingActivity> {
  const converter = client.options.loadedDataConverter;
  const type = raw.activityType?.name ?? '';
  const [details] =
    type === 'awaitGeneration'
      ? await decodeArrayFromPayloads(converter, raw.heartbeatDetails?.payloads)
      : [];
  const failure = await decodeOptionalFailureToOptionalError(converter, raw.lastFailure);
  return {
    type,
    attempt: raw.attempt ?? 1,
    paused: raw.paused ?? false,
    nextAttemptAt: optionalTsToDate(raw.nextAttemptScheduleTime)?.toISOString(),
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
