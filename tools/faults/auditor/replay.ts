/** Replays the histories of a run on the workflow code as it stands. */
import path from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { Stack } from '../stack';

const BUNDLE = path.resolve(__dirname, '../../../dist/workflow-bundle.js');

export interface RunHistory {
  readonly workflowId: string;
  readonly runId: string;
  readonly history: History;
}
type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** Every run of these workflows that Temporal knows, also those before a reset. */
export async function historiesOf(
  { client }: Pick<Stack, 'client'>,
  workflowIds: readonly string[],
): Promise<RunHistory[]> {
  const histories: RunHistory[] = [];
  for (const id of workflowIds) {
    for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${id}'` })) {
      const history = await client.workflow.getHandle(id, runId).fetchHistory();
      histories.push({ workflowId: id, runId, history });
    }
  }
  return histories;
}

/** What stands in a history, readable: as JSON its payloads would be base64, and hide a secret. */
export function textOf({ history }: RunHistory): string {
  return Buffer.from(temporal.api.history.v1.History.encode(history).finish()).toString('latin1');
}

let isQuiet = false;

/** Can be said once only. */
function quiet(): void {
  if (!isQuiet) Runtime.install({ logger: new DefaultLogger('ERROR') });
  isQuiet = true;
}

/** For people, and unlike any other run's. */
export function nameOfRun({ workflowId, runId }: Pick<RunHistory, 'workflowId' | 'runId'>): string {
  return `${workflowId} ${runId}`;
}

/**
 * @returns what kept each run from replaying, by its name; empty for one that replays. Each is given its own workflow
 * ID: a run asks for it to tell whether it owns its reel, and with another one it rightly goes another way.
 */
export function replay(histories: readonly RunHistory[]): Promise<Record<string, string>> {
  const found = replaying.then(() => replayAll(histories));
  replaying = found.catch(() => undefined);
  return found;
}

/** One caller at a time: the last replay of the process to end takes the runtime of all away. */
let replaying: Promise<unknown> = Promise.resolve();

async function replayAll(histories: readonly RunHistory[]): Promise<Record<string, string>> {
  quiet();
  const found: Record<string, string> = {};
  // One after the other, in the order given; the run ID of a result is that of the first run also after a reset.
  let next = 0;
  for await (const { error } of Worker.runReplayHistories(
    { workflowBundle: { codePath: BUNDLE } },
    histories,
  )) {
    const run = histories[next++];
    if (run) found[nameOfRun(run)] = error?.message ?? '';
  }
  return found;
}
