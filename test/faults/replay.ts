/** Replays the histories of a run on the workflow code as it stands. */
import path from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { Stack } from './stack';

const BUNDLE = path.resolve(__dirname, '../../dist/workflow-bundle.js');

export interface RunHistory {
  /** Workflow ID and run ID. */
  readonly run: string;
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
      histories.push({ run: `${id} ${runId}`, history });
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

/** @returns what kept each run from replaying; empty for one that replays. */
export async function replay(histories: readonly RunHistory[]): Promise<Record<string, string>> {
  quiet();
  const given = histories.map(({ run, history }) => ({ workflowId: run, history }));
  const found: Record<string, string> = {};
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: { codePath: BUNDLE } },
    given,
  )) {
    found[workflowId] = error?.message ?? '';
  }
  return found;
}
