/** The schedule of deliveries, over three days, in a moment: Temporal's time-skipping server. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { temporal } from '@temporalio/proto';
import { webhooksQueueOf } from '../../src/domain/task-queues';
import { DELIVER_WEBHOOKS, TELL, type WebhookEvent, type WebhookTry } from '../../src/domain/webhook';
import { eventTimeMs } from '../../tools/stack/history';
import { timeSkippingTemporal } from '../../tools/stack/temporal';
import { WORKFLOW_BUNDLE } from '../support/workflow-bundle';

const MINUTE = 60;
const HOUR = 3_600;
/** Seconds between tries, as Standard Webhooks 1.0 recommends. */
const STANDARD = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

const EVENT = { id: 'msg_test_failed', body: { type: 'reel.failed' } } as WebhookEvent;

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  env = await timeSkippingTemporal();
});
afterAll(() => env.teardown());

/** Delivers one event to a receiver that answers like this. @returns seconds between the tries, and the end. */
async function deliver(answer: (tries: number) => WebhookTry) {
  const taskQueue = `webhooks-${Math.random()}`;
  let tries = 0;
  const { nativeConnection: connection } = env;
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
  });
  const sender = await Worker.create({
    connection,
    taskQueue: webhooksQueueOf(taskQueue),
    activities: { sendWebhook: () => Promise.resolve(answer((tries += 1))) },
  });
  const sending = sender.run();
  return worker.runUntil(async () => {
    const handle = await env.client.workflow.signalWithStart(DELIVER_WEBHOOKS, {
      workflowId: taskQueue,
      taskQueue,
      args: [{ reelId: 'test', client: 'local', url: 'https://example.org/hook' }],
      signal: TELL,
      signalArgs: [EVENT],
    });
    const end: unknown = await handle.result().catch((error: Error) => error.cause);
    sender.shutdown();
    await sending;
    return { end, gaps: gaps((await handle.fetchHistory()).events ?? []) };
  });
}

function gaps(events: readonly temporal.api.history.v1.IHistoryEvent[]): number[] {
  const at = events
    .filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled)
    .map(({ eventTime }) => eventTimeMs(eventTime) / 1_000);
  return at.slice(1).map((time, i) => time - (at[i] ?? 0));
}

const REFUSED: WebhookTry = { outcome: 'failed', words: 'HTTP 500', status: 500 };

test('a receiver that never takes it is tried ten times over three days, and then the run says so', async () => {
  const { end, gaps: found } = await deliver(() => REFUSED);
  expect(found).toHaveLength(STANDARD.length);
  for (const [i, gap] of found.entries()) {
    expect(gap).toBeGreaterThanOrEqual(STANDARD[i] ?? 0);
    // A tenth more at random, and what the steps themselves take.
    expect(gap).toBeLessThan((STANDARD[i] ?? 0) * 1.1 + 30);
  }
  expect(end).toMatchObject({
    type: 'webhook_undelivered',
    message: expect.stringContaining('10 tries') as string,
  });
});

test('Retry-After lengthens the wait, and never shortens it', async () => {
  const asked = [60_000, 60_000, 0];
  const { end, gaps: found } = await deliver((tries) =>
    tries < 3 ? { ...REFUSED, retryAfterMs: asked[tries - 1] } : { outcome: 'delivered', words: 'HTTP 204' },
  );
  expect(end).toMatchObject({ deliveries: [{ outcome: 'delivered', tries: 3 }] });
  expect(found[0]).toBeGreaterThanOrEqual(60);
  expect(found[0]).toBeLessThan(100);
  expect(found[1]).toBeGreaterThanOrEqual(5 * MINUTE);
});
