/** A reel's workflow runs in Temporal, for whoever removes them. */
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { GENERATE_REEL } from '../../domain/generate-reel';
import { MEMO_HEAD, type ReelHead, workflowIdOf } from '../../domain/reel';
import type { Erasure } from '../../domain/tombstone';
import { webhooksWorkflowIdOf } from '../../domain/webhook';

export interface Run {
  /** Whether it made the reel; otherwise it delivered its webhooks. */
  readonly made: boolean;
  readonly workflowId: string;
  readonly runId: string;
}

const POLL_EVERY_MS = 250;
const NOT_FOUND = 5;

/**
 * All runs that made this reel or sent its webhooks: a Reset leaves the one before, and one may have been started by
 * another name.
 */
export async function runsOf(
  client: Client,
  { tombstone: { id }, workflowId }: Pick<Erasure, 'tombstone' | 'workflowId'>,
): Promise<Run[]> {
  const runs = new Map<string, Run>();
  const named = [workflowIdOf(id), webhooksWorkflowIdOf(id)];
  for (const name of new Set([...named, workflowId])) {
    // The list lags behind: the newest run is asked for by itself.
    const newest = await client.workflow.getHandle(name).describe().catch(ignoreNotFound);
    const listed = client.workflow.list({ query: `WorkflowId = ${quoted(name)}` });
    for (const run of [...(newest ? [newest] : []), ...(await collect(listed))]) {
      const head = run.memo?.[MEMO_HEAD] as ReelHead | undefined;
      // A workflow ID that is not ours may have been used for several reels.
      if (!named.includes(name) && head?.id !== id) continue;
      runs.set(run.runId, { workflowId: name, runId: run.runId, made: run.type === GENERATE_REEL });
    }
  }
  return [...runs.values()];
}

/** Waits until the run has closed: a reel shows its end a moment before its run has settled what it cost. */
export async function waitForClose(client: Client, run: Run, signal: AbortSignal): Promise<void> {
  for (;;) {
    const status = (await describe(client, run))?.status.name;
    if (status !== 'RUNNING' && status !== 'PAUSED') return;
    await sleep(POLL_EVERY_MS, undefined, { signal });
  }
}

/**
 * Asks the server to delete a run with its history, ended or not. A run that closed a moment ago is deleted within half a
 * minute.
 */
export async function removeRun(client: Client, run: Run): Promise<void> {
  const { namespace } = client.options;
  await client.workflowService
    .deleteWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: run.workflowId, runId: run.runId },
    })
    .catch((error: unknown) => {
      if (!(isGrpcServiceError(error) && Number(error.code) === NOT_FOUND)) throw error;
    });
}

async function describe(client: Client, { workflowId, runId }: Run) {
  return client.workflow.getHandle(workflowId, runId).describe().catch(ignoreNotFound);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A workflow ID may be any text. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError) return undefined;
  throw error;
}
