/** Webhooks end to end: a real receiver, the standard's own verifier, and every kind of answer. */
import { workflowIdOf } from '../../src/domain/reel';
import { REEL_CLIENT } from '../../src/domain/search-attributes';
import { DELIVER_WEBHOOKS, TELL, webhooksWorkflowIdOf } from '../../src/domain/webhook';
import { redeliverWebhook } from '../../src/workflows/messages';
import { problemOf } from '../support/api';
import { eventually } from '../../tools/stack/eventually';
import { type Received, type Receiver, startReceiver } from '../support/receiver';
import { Service, WEBHOOK_SECRET } from '../support/service';
import { keepToldReel } from '../support/told-reel';
import { temporalButtons } from '../support/temporal-buttons';

let service: Service;
const receivers: Receiver[] = [];
beforeAll(async () => void (service = await Service.start()));
afterAll(async () => {
  await service.stop();
  for (const receiver of receivers) await receiver.close();
});

async function receiver(): Promise<Receiver> {
  const started = await startReceiver(WEBHOOK_SECRET);
  receivers.push(started);
  return started;
}

const delivery = (reelId: string) => service.env.client.workflow.getHandle(webhooksWorkflowIdOf(reelId));
const types = ({ received }: Receiver) => received.map(({ body }) => body.type);
const redeliver = (reelId: string) => service.api.post(`/v1/reels/${reelId}/webhook/redeliver`);

function nth({ received }: Receiver, count: number): Promise<Received> {
  return eventually(`POST ${count}`, async () => received[count - 1]);
}

test('the end of a reel is told once, signed, with what matters and no link that expires', async () => {
  const hook = await receiver();
  const metadata = { event: 'party' };
  const { id } = await service.make('', { webhookUrl: hook.url, title: 'Lantern Night', metadata });
  const { body, ...told } = await nth(hook, 1);
  const reel = await service.reel(id);
  const { url: _, ...video } = reel.video ?? { url: '' };
  expect(told).toMatchObject({
    id: `msg_${id}_succeeded`,
    path: '/hooks?for=us',
    headers: { 'content-type': 'application/json' },
  });
  expect(body).toEqual({
    type: 'reel.succeeded',
    timestamp: reel.finishedAt,
    data: {
      id,
      status: 'succeeded',
      simulated: true,
      createdAt: reel.createdAt,
      finishedAt: reel.finishedAt,
      title: 'Lantern Night',
      metadata,
      credits: reel.credits,
      generations: [
        {
          number: 1,
          model: 'veo3.1_fast',
          status: 'succeeded',
          runwayTaskId: reel.generations[0]?.runwayTaskId,
        },
      ],
      warnings: reel.warnings,
      video,
    },
  });
  expect(await delivery(id).result()).toEqual({
    deliveries: [
      {
        id: told.id,
        type: 'reel.succeeded',
        outcome: 'delivered',
        tries: 1,
        words: 'HTTP 204',
      },
    ],
  });
  expect(hook.received).toHaveLength(1);
});

test('a failed reel is told with the cause, the advice and the Operation ID', async () => {
  const hook = await receiver();
  const reel = await service.make('safety-input', { webhookUrl: hook.url });
  const { body } = await nth(hook, 1);
  expect(body.type).toBe('reel.failed');
  expect(body.data.failure).toMatchObject({
    code: 'safety_input',
    title: reel.failure?.title,
    message: reel.failure?.message,
    advice: reel.failure?.advice,
    operationId: reel.generations[0]?.runwayTaskId,
  });
});

test('a cancelled reel is told, also while its receiver fails: the reel waits for nobody', async () => {
  const hook = await receiver();
  hook.answers({ status: 500 });
  const { id } = await service.order('stuck', { webhookUrl: hook.url });
  await service.until(id, 'its task', ({ phase }) => phase === 'running');
  await service.api.post(`/v1/reels/${id}/cancel`);
  expect((await service.closed(id)).status.name).toBe('CANCELLED');
  expect((await nth(hook, 1)).body.type).toBe('reel.cancelled');

  hook.answers({ status: 200 });
  const again = await nth(hook, 2);
  expect(again.id).toBe(hook.received[0]?.id);
  expect(Number(again.headers['webhook-timestamp'])).toBeGreaterThanOrEqual(
    Number(hook.received[0]?.headers['webhook-timestamp']) + 4,
  );
  expect(await delivery(id).result()).toMatchObject({ deliveries: [{ outcome: 'delivered', tries: 2 }] });
});

test('that a decision is needed is dropped when the end overtakes it', async () => {
  const hook = await receiver();
  hook.answers({ status: 503, headers: { 'retry-after': '600' } });
  const { id } = await service.order('lost-504', { webhookUrl: hook.url });
  const asked = await nth(hook, 1);
  expect(asked.body).toMatchObject({ type: 'reel.needs_decision', data: { decision: { generation: 1 } } });

  hook.answers({ status: 200 });
  await service.ended(id);
  await nth(hook, 2);
  expect(types(hook)).toEqual(['reel.needs_decision', 'reel.failed']);
  expect(await delivery(id).result()).toMatchObject({
    deliveries: [{ outcome: 'overtaken' }, { outcome: 'delivered' }],
  });
});

test('a receiver that answers 410 is told nothing more about the reel, until a person asks', async () => {
  const hook = await receiver();
  hook.answers({ status: 410 });
  const promptText = 'Another sea #lost-504';
  const { id } = await service.order('', { promptText, webhookUrl: hook.url });
  await nth(hook, 1);
  await service.ended(id);
  await service.closed(id);
  expect(await delivery(id).result()).toMatchObject({ deliveries: [{ outcome: 'gone', tries: 1 }] });
  expect(types(hook)).toEqual(['reel.needs_decision']);
  expect((await delivery(id).describe()).memo).toMatchObject({ stopped: expect.any(String) as string });

  hook.answers({ status: 200 });
  expect((await redeliver(id)).status).toBe(202);
  expect((await nth(hook, 2)).body.type).toBe('reel.failed');
});

test('whoever asks again and again gets a new run after a hundred tries, and nothing is lost on the way', async () => {
  const hook = await receiver();
  hook.answers({ status: 500 });
  const told = { name: 'long', client: 'local', url: hook.url };
  const { id, event } = await keepToldReel(service.storage, told, 'reel.needs_decision', 'reel.failed');
  const asks = event('reel.needs_decision');
  const { workflow } = service.env.client;
  const first = await workflow.signalWithStart(DELIVER_WEBHOOKS, {
    workflowId: webhooksWorkflowIdOf(id),
    taskQueue: 'reels',
    typedSearchAttributes: [{ key: REEL_CLIENT, value: 'local' }],
    args: [{ reelId: id, client: 'local', url: hook.url }],
    signal: TELL,
    signalArgs: [asks],
  });
  for (let tries = 1; tries <= 104; tries += 1) {
    await nth(hook, tries);
    await delivery(id).executeUpdate(redeliverWebhook, { args: [asks] });
  }
  await nth(hook, 105);
  const second = await delivery(id).describe();
  expect([second.raw.workflowExecutionInfo?.firstRunId, second.runId]).toEqual([
    first.signaledRunId,
    expect.not.stringContaining(first.signaledRunId) as string,
  ]);
  expect(second.historyLength).toBeLessThan(200);
  expect(second.typedSearchAttributes.get(REEL_CLIENT)).toBe('local');

  const shown = await eventually('what is shown', async () => {
    const { currentDetails } = await delivery(id).query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    return currentDetails.includes('| 105 |') ? currentDetails : undefined;
  });
  expect(shown).toContain('The last 50 of 105 tries:');
  expect(shown.match(/HTTP 500/g)).toHaveLength(50);

  // The end overtakes the question, as it would have in the first run.
  hook.answers({ status: 200 });
  await delivery(id).signal(TELL, event('reel.failed'));
  expect(await first.result()).toMatchObject({
    deliveries: [
      { id: asks.id, outcome: 'overtaken', tries: 105 },
      { id: event('reel.failed').id, outcome: 'delivered', tries: 1 },
    ],
  });
  expect(new Set(hook.received.slice(0, -1).map((sent) => sent.id))).toEqual(new Set([asks.id]));
});

test.each([
  ['http://example.org/hooks', 'webhookUrl must begin with https://.'],
  ['https://169.254.169.254/', 'webhookUrl must lead to a public address, and 169.254.169.254 is none.'],
])('the receiver %s is refused before anything is spent', async (webhookUrl, message) => {
  const answer = service.api.post('/v1/reels', { promptText: 'A boat', webhookUrl });
  expect(await problemOf(answer)).toMatchObject({ status: 400, issues: [{ field: 'webhookUrl', message }] });
});

describe('a redelivery', () => {
  test('has the same ID as the first delivery', async () => {
    const hook = await receiver();
    const { id } = await service.make('', { webhookUrl: hook.url });
    await nth(hook, 1);
    await delivery(id).result();
    const answer = await redeliver(id);
    expect([answer.status, answer.headers.get('location')]).toEqual([
      202,
      expect.stringMatching(`/v1/reels/${id}$`),
    ]);
    const second = await nth(hook, 2);
    expect([second.id, second.body]).toEqual([hook.received[0]?.id, hook.received[0]?.body]);
  });

  test('does not wait for the schedule of a receiver that fails', async () => {
    const hook = await receiver();
    hook.answers({ status: 429, headers: { 'retry-after': '3000' } });
    const { id } = await service.make('', { webhookUrl: hook.url });
    await nth(hook, 1);
    await redeliver(id);
    await nth(hook, 2);
    hook.answers({ status: 202 });
    await redeliver(id);
    await nth(hook, 3);
    expect(await delivery(id).result()).toMatchObject({ deliveries: [{ outcome: 'delivered', tries: 3 }] });
  });

  test('tells the end of a reel that was terminated in Temporal, which nobody else could', async () => {
    const hook = await receiver();
    const { id } = await service.order('stuck', { webhookUrl: hook.url });
    await service.until(id, 'its task', ({ phase }) => phase === 'running');
    expect(await problemOf(redeliver(id))).toMatchObject({ status: 409, code: 'no_webhook' });
    await service.handle(id).terminate();
    expect((await redeliver(id)).status).toBe(202);
    expect((await nth(hook, 1)).body).toMatchObject({
      type: 'reel.failed',
      data: { status: 'failed', failure: { code: 'stopped_by_operator' } },
    });
  });

  test('is possible for a reel that Temporal has forgotten', async () => {
    const hook = await receiver();
    const { id } = await service.make('', { webhookUrl: hook.url });
    await nth(hook, 1);
    await service.closed(id);
    const record = await service.storage.readRecord(id);
    if (!record) throw new Error('no record');
    // Its record is all that there is of this one.
    const forgotten = `sim-${'b'.repeat(26)}`;
    const head = { ...record.head, id: forgotten };
    await service.storage.writeRecord({ ...record, workflowId: `reel-${forgotten}`, head });
    expect((await redeliver(forgotten)).status).toBe(202);
    const { body } = await nth(hook, 2);
    expect(body.data).toEqual({ ...hook.received[0]?.body.data, id: forgotten });
  });

  test('of a reel without a webhookUrl is refused, of an unknown one is not found', async () => {
    const { id } = await service.order('stuck');
    expect(await problemOf(redeliver(id))).toMatchObject({
      status: 409,
      detail: 'The reel was ordered without a webhookUrl.',
    });
    expect((await redeliver(`sim-${'a'.repeat(26)}`)).status).toBe(404);
  });
});

test('without a worker a redelivery is refused, and nothing hangs', async () => {
  const hook = await receiver();
  const { id } = await service.make('', { webhookUrl: hook.url });
  await nth(hook, 1);
  await delivery(id).result();
  await service.stopWorkers();
  expect(await problemOf(redeliver(id))).toMatchObject({ status: 503, code: 'worker_unreachable' });
  await service.startWorkers();
});

test('a repeat of a made reel that is cancelled unmakes nothing, and nobody is told of it', async () => {
  const hook = await receiver();
  const { id } = await service.make('', { webhookUrl: hook.url });
  await nth(hook, 1);
  await service.closed(id);
  await service.stopWorkers();
  await temporalButtons(service.env.client).reset(workflowIdOf(id), 'first');
  await service.handle(id).cancel();
  expect(await service.reel(id)).toMatchObject({ status: 'succeeded', credits: { charged: 80 } });
  await service.startWorkers();
  expect((await service.closed(id)).status.name).toBe('CANCELLED');
  expect(await service.reel(id)).toMatchObject({ status: 'succeeded', credits: { charged: 80 } });
  expect((await service.storage.readRecord(id))?.state.status).toBe('succeeded');
  const listed = async (status: string): Promise<boolean> => {
    const answer = await service.api.fetch(`/v1/reels?status=${status}&limit=100`);
    const { reels } = (await answer.json()) as { reels: { id: string }[] };
    return reels.some((reel) => reel.id === id);
  };
  expect([await listed('cancelled'), await listed('in_progress')]).toEqual([false, false]);
  expect(types(hook)).toEqual(['reel.succeeded']);
});
