/**
 * Records histories for test/replay: runs each scenario on a real Temporal server and writes what happened.
 * `npm run record:histories [name …]`. A file that exists is never overwritten: delete it by hand where it was not
 * released.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { version } from '../../package.json';
import { TELL, type WebhookEvent, type WebhookTry } from '../../src/domain/webhook';
import globalSetup from '../../test/support/global-setup';
import { exportHistory } from '../stack/history';
import { startReceiver } from '../../test/support/receiver';
import { Service, WEBHOOK_SECRET } from '../../test/support/service';
import { timeSkippingTemporal } from '../stack/temporal';
import { WORKFLOW_BUNDLE } from '../../test/support/workflow-bundle';
import { Gates, type RunToRecord, type Scenario, SCENARIOS, SKIPPED_DELIVERIES } from './scenarios';

const FOLDER = path.join(__dirname, '../../test/replay/histories');
const fileOf = (name: string) => path.join(FOLDER, `${version}-${name}.json`);

async function main(): Promise<void> {
  globalSetup();
  mkdirSync(FOLDER, { recursive: true });
  const named = process.argv.slice(2);
  const wanted = (name: string) => !existsSync(fileOf(name)) && (named.length === 0 || named.includes(name));
  const failures: unknown[] = [];
  const each = async <T>(
    scenarios: Readonly<Record<string, T>>,
    by: (name: string, scenario: T) => Promise<void>,
  ) => {
    for (const [name, scenario] of Object.entries(scenarios)) {
      if (wanted(name)) await by(name, scenario).catch((error: unknown) => failures.push(error));
    }
  };
  await each(SCENARIOS, record);
  await each(SKIPPED_DELIVERIES, recordSkipped);
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} scenarios were not recorded`);
}

async function record(
  name: string,
  { policy, simulator, worker, activities, play }: Scenario,
): Promise<void> {
  const gates = new Gates();
  const service = await Service.start({
    policy: { regenerateDelayMs: 1_000, ...policy },
    simulator,
    worker,
    activities: (real) => activities?.(real, gates) ?? {},
  });
  const receiver = await startReceiver(WEBHOOK_SECRET);
  try {
    const runs = await play({ service, receiver, gates });
    // All of them before the first is written: a scenario that went wrong leaves nothing behind.
    const texts: string[] = [];
    for (const run of runs) texts.push(await historyOf(service.env, name, run));
    runs.forEach(({ suffix = '' }, i) => write(name + suffix, texts[i] ?? ''));
  } finally {
    gates.openAll();
    await service.stop();
    await receiver.close();
  }
}

const NOT_TAKEN: WebhookTry = { outcome: 'failed', words: 'HTTP 503', status: 503 };

async function recordSkipped(
  name: string,
  { workflowType, told, closed }: (typeof SKIPPED_DELIVERIES)[keyof typeof SKIPPED_DELIVERIES],
): Promise<void> {
  const env = await timeSkippingTemporal();
  try {
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: 'reels',
      workflowBundle: { codePath: WORKFLOW_BUNDLE },
      activities: { sendWebhook: () => Promise.resolve(NOT_TAKEN) },
    });
    const workflowId = `webhooks-${name}`;
    const event = { id: 'msg_recorded', body: { type: 'reel.failed' } } as WebhookEvent;
    const start = {
      workflowId,
      taskQueue: 'reels',
      args: [{ reelId: 'recorded', client: 'local', url: 'https://receiver.example/hook' }],
    };
    await worker.runUntil(async () => {
      const { workflow } = env.client;
      const handle = told
        ? await workflow.signalWithStart(workflowType, { ...start, signal: TELL, signalArgs: [event] })
        : await workflow.start(workflowType, start);
      await handle.result().catch(() => undefined);
      write(name, await historyOf(env, name, { workflowId, closed }));
    });
  } finally {
    await env.teardown();
  }
}

async function historyOf(
  { client, address, namespace = 'default' }: TestWorkflowEnvironment,
  name: string,
  run: RunToRecord,
): Promise<string> {
  const handle = client.workflow.getHandle(run.workflowId, run.runId, { followRuns: false });
  await handle.result().catch(() => undefined);
  const history = await handle.fetchHistory();
  const last = history.events?.at(-1);
  const failed = last?.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.type;
  const closed =
    (last?.workflowExecutionCompletedEventAttributes && 'completed') ??
    (last?.workflowExecutionCanceledEventAttributes && 'canceled') ??
    (last?.workflowExecutionContinuedAsNewEventAttributes && 'continued') ??
    failed;
  if (closed !== run.closed) throw new Error(`${name}: the run closed as ${closed}, not as ${run.closed}`);
  return scrub(await exportHistory({ address, namespace }, run));
}

/** Without what belongs to the machine it was recorded on: paths in stack traces, names of hosts and processes. */
function scrub(json: string): string {
  return JSON.stringify(
    JSON.parse(json, (key, value: unknown) => {
      if (key === 'stackTrace') return undefined;
      if (key === 'identity') return 'recorded';
      // Sticky queues are named after the process.
      return typeof value === 'string' ? value.replace(/^\d+@[\w.-]+/, '1@recorded') : value;
    }),
    null,
    2,
  );
}

function write(name: string, text: string): void {
  writeFileSync(fileOf(name), text);
  console.log(`${path.basename(fileOf(name))} ${Math.round(text.length / 1024)} kB`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
