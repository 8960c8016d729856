/**
 * Somebody who reaches Temporal and has no key: what he starts there, with whatever arguments, spends nothing beyond the
 * budget, in nobody's name, and neither reads, erases nor signs what is another's.
 */
import { createHash, randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import type { Backend } from '../../src/domain/backend';
import { GENERATE_REEL } from '../../src/domain/generate-reel';
import { MEMO_HEAD, workflowIdOf } from '../../src/domain/reel';
import type { Reel } from '../../src/contract/schemas/reel';
import { REEL_CLIENT } from '../../src/domain/search-attributes';
import { ERASE_REEL, type Erasure, eraseWorkflowId, SWEEP_REELS } from '../../src/domain/tombstone';
import { DELIVER_WEBHOOKS, TELL, webhooksWorkflowIdOf } from '../../src/domain/webhook';
import { type Api, problemOf, reelOf, startApi } from '../support/api';
import { eventually } from '../../tools/stack/eventually';
import type { ForgedCall } from '../support/forged-workflows';
import { type Receiver, startReceiver } from '../support/receiver';
import { Service, WEBHOOK_SECRET } from '../support/service';

const DAILY_MAX_CREDITS = 1_200;
const keyOf = (client: string) => ({
  client,
  sha256: createHash('sha256').update(`key-of-${client}`).digest('hex'),
});
const SETTINGS = {
  apiKeys: ['site', 'app', 'local'].map(keyOf),
  admins: ['app'],
  corsOrigins: [],
  dailyMaxCredits: DAILY_MAX_CREDITS,
  webhooks: {
    secrets: ['site', 'app'].map((client) => ({ client, secret: WEBHOOK_SECRET })),
    allowLoopback: true,
  },
};

let service: Service;
let api: Api;
let backend: Backend;
let strangers: { worker: Worker; run: Promise<void> };
let hook: Receiver;
beforeAll(async () => {
  service = await Service.start({
    worker: 'process',
    dailyMaxCredits: DAILY_MAX_CREDITS,
    policy: { decisionPatienceMs: 120_000 },
  });
  await service.startWorkers({ admins: { admins: SETTINGS.admins, keysAreSet: true } });
  backend = { kind: 'simulator', baseUrl: service.simulator.url };
  api = await startApi(service.env.client, { storage: service.storage, backend, settings: SETTINGS });
  const worker = await Worker.create({
    connection: service.env.nativeConnection,
    taskQueue: 'strangers',
    workflowsPath: require.resolve('../support/forged-workflows'),
  });
  strangers = { worker, run: worker.run() };
  hook = await startReceiver(WEBHOOK_SECRET);
});
afterAll(async () => {
  strangers.worker.shutdown();
  await strangers.run;
  await api.close();
  await service.stop();
  await hook.close();
});

const ask = (client: string, path: string, init: RequestInit = {}) =>
  api.fetch(path, { ...init, headers: { ...init.headers, authorization: `Bearer key-of-${client}` } });

async function order(client: string, scenario: string, fields: Record<string, unknown> = {}): Promise<Reel> {
  const answer = await ask(client, '/v1/reels', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ promptText: `A calm sea for ${client} #${scenario}`, ...fields }),
  });
  expect(answer.status).toBe(202);
  return reelOf(answer);
}

const reelOfClient = (client: string, id: string) => reelOf(ask(client, `/v1/reels/${id}`));

function until(client: string, id: string, what: string, condition: (reel: Reel) => boolean): Promise<Reel> {
  return eventually(`${what} of ${id}`, async () => {
    const reel = await reelOfClient(client, id);
    return condition(reel) && reel;
  });
}

async function make(client: string, scenario: string, fields?: Record<string, unknown>): Promise<Reel> {
  const { id } = await order(client, scenario, fields);
  const reel = await until(client, id, 'the end', ({ finishedAt }) => finishedAt !== undefined);
  await service.closed(id);
  return reel;
}

/** Runs calls from a workflow that is not ours. @param type its name; @param workflowId its ID. */
const fromWorkflow = (type: string, workflowId: string, ...rounds: ForgedCall[][]): Promise<string[][]> =>
  service.env.client.workflow.execute(type, { workflowId, taskQueue: 'strangers', args: [rounds] });

/** Calls an activity by itself. @returns the type of its failure. */
async function byItself(activity: string, args: unknown): Promise<string> {
  try {
    await service.env.client.activity.execute(activity, {
      id: randomUUID(),
      taskQueue: 'reels',
      args: [args],
      startToCloseTimeout: '20s',
      retry: { maximumAttempts: 3 },
    });
    return 'done';
  } catch (error) {
    const { cause } = error as { cause?: { type?: string } };
    return cause?.type ?? String(error);
  }
}

/** Every activity, about a reel that is made and its task. */
function callsAbout(reel: Reel): ForgedCall[] {
  const { id, request } = reel;
  const ref = { reelId: id, generation: 1, backend, runwayTaskId: reel.generations[0]?.runwayTaskId };
  const head = {
    schemaVersion: 1,
    id,
    client: 'site',
    bodyHash: '',
    createdAt: reel.createdAt,
    backend,
    request,
  };
  const state = { status: 'failed', generations: [], credits: { charged: 0, uncertain: 0 } };
  const tombstone = { schemaVersion: 1, id, client: 'site', bodyHash: '', deletedAt: reel.createdAt };
  const event = {
    id: `msg_${id}_succeeded`,
    body: { type: 'reel.succeeded', timestamp: reel.createdAt, data: { id } },
  };
  return Object.entries({
    acceptReel: { id, client: 'site', request },
    submitGeneration: { ...ref, generation: 2, client: 'site', request, timeoutMs: 5_000, earlier: [] },
    settleSubmission: { ...ref, generation: 2, estimatedCredits: 80 },
    reconcileSubmission: { ...ref, model: request.model, estimatedCredits: 80 },
    adoptTask: ref,
    awaitGeneration: { ...ref, estimatedCredits: 80, pollIntervalMs: 100, heartbeatTimeoutMs: 5_000 },
    diagnose: { backend, model: request.model, nextCredits: 80 },
    storeOutput: { ...ref, request },
    cancelGeneration: ref,
    recordReel: { record: { schemaVersion: 1, workflowId: workflowIdOf(id), head, state }, replace: true },
    enqueueWebhook: { head, state },
    sendWebhook: { receiver: { reelId: id, client: 'site', url: hook.url }, event },
    eraseReel: { tombstone, workflowId: workflowIdOf(id), backend },
    deleteOutputs: { tombstone, workflowId: workflowIdOf(id), backend },
    findExpired: { retentionMs: 0 },
  }).map(([activity, args]) => ({ activity, args }));
}

test('no activity runs by itself, nor for a workflow of another name', async () => {
  const reel = await make('site', 'forged-alone', { webhookUrl: hook.url });
  await eventually('the webhook', async () => hook.received.length > 0);
  const calls = callsAbout(reel);
  const refused = calls.map(() => 'Reel.NotOwnWorkflow');
  expect(await Promise.all(calls.map(({ activity, args }) => byItself(activity, args)))).toEqual(refused);
  expect(await fromWorkflow('somebodyElse', workflowIdOf(reel.id), calls)).toEqual([refused]);
  expect(await reelOfClient('site', reel.id)).toMatchObject({ status: 'succeeded', credits: reel.credits });
  expect(service.posts('forged-alone')).toHaveLength(1);
  expect(service.tasks('forged-alone')).toMatchObject([{ status: 'SUCCEEDED', deletes: [] }]);
  expect(hook.received).toHaveLength(1);
});

test('nor about a reel of another run, under the right name', async () => {
  const reel = await make('site', 'forged-other');
  const calls = callsAbout(reel).filter(
    ({ activity }) => !['acceptReel', 'diagnose', 'findExpired'].includes(activity),
  );
  const told = await fromWorkflow(GENERATE_REEL, 'a-stranger', calls);
  expect(told).toEqual([calls.map(() => 'Reel.NotOwnWorkflow')]);
  expect(await fromWorkflow(GENERATE_REEL, 'a-stranger', callsAbout(reel).slice(0, 1))).toEqual([
    ['Reel.ReelExists'],
  ]);
  expect(service.posts('forged-other')).toHaveLength(1);
});

test('nor with a task that is another’s', async () => {
  const victim = await order('site', 'slow');
  const { generations } = await until('site', victim.id, 'a task', (reel) => reel.phase === 'running');
  const request = { promptText: 'A calm sea #forged-task' };
  const id = `sim-${'q'.repeat(26)}`;
  const ref = { reelId: id, generation: 1, backend, runwayTaskId: generations[0]?.runwayTaskId };
  const told = await fromWorkflow(
    GENERATE_REEL,
    workflowIdOf(id),
    [{ activity: 'acceptReel', args: { request } }],
    [
      { activity: 'cancelGeneration', args: ref },
      { activity: 'storeOutput', args: { ...ref, request } },
      { activity: 'adoptTask', args: ref },
    ],
  );
  expect(told).toEqual([['done'], ['Reel.NotOwnWorkflow', 'Reel.NotOwnWorkflow', 'adopt_refused']]);
  await until('site', victim.id, 'the end', ({ status }) => status === 'succeeded');
});

test('a run that nobody ordered is of the client local, whatever its input, memo and attributes say', async () => {
  const { client } = service.env;
  const claims = { client: 'site', bodyHash: 'f'.repeat(64), createdAt: '2026-01-01T00:00:00.000Z', backend };
  const id = `sim-${'f'.repeat(26)}`;
  const request = { promptText: 'A calm sea #forged-run', maxCredits: 80 };
  await client.workflow.execute(GENERATE_REEL, {
    workflowId: workflowIdOf(id),
    taskQueue: 'reels',
    args: [{ id, ...claims, request }],
    memo: { [MEMO_HEAD]: { schemaVersion: 1, id, ...claims, request, maxCredits: 1e6, estimatedCredits: 1 } },
    searchAttributes: { [REEL_CLIENT.name]: ['site'] },
  });
  expect(await problemOf(ask('site', `/v1/reels/${id}`))).toMatchObject({ code: 'reel_not_found' });
  expect(await (await ask('site', '/v1/reels')).text()).not.toContain(id);
  expect(await reelOfClient('local', id)).toMatchObject({
    status: 'succeeded',
    createdAt: expect.not.stringMatching('2026-01-01') as string,
  });
  const listed = async () => (await (await ask('local', '/v1/reels')).text()).includes(id);
  await eventually('its place in the list of its client', listed);
  const entries = await service.storage.ledger.list(new Date(0));
  expect(entries.filter(({ reelId }) => reelId === id).map((entry) => entry.client)).toEqual(['local']);
});

test('its receiver is checked as HTTP checks one', async () => {
  const start = service.env.client.workflow.execute(GENERATE_REEL, {
    workflowId: `reel-sim-${'w'.repeat(26)}`,
    taskQueue: 'reels',
    args: [
      {
        client: 'site',
        request: { promptText: 'A sea #forged-hook', webhookUrl: 'ftp://receiver.example/' },
      },
    ],
  });
  await expect(start).rejects.toMatchObject({ cause: { type: 'invalid_request' } });
  expect(service.posts('forged-hook')).toHaveLength(0);
});

test('a sweep and an erasing that nobody wants erase nothing', async () => {
  const { id } = await make('site', 'forged-erase');
  const { workflow } = service.env.client;
  const swept = await workflow.execute(SWEEP_REELS, {
    workflowId: 'a-sweep',
    taskQueue: 'reels',
    args: [{ retentionMs: 0 }],
  });
  expect(swept).toEqual({ erased: 0 });
  const tombstone = {
    schemaVersion: 1,
    id,
    client: 'site',
    bodyHash: '',
    deletedAt: '2026-01-01T00:00:00.000Z',
  } as const;
  const erasure: Erasure = { tombstone, workflowId: workflowIdOf(id), backend };
  const erase = workflow.execute(ERASE_REEL, {
    workflowId: eraseWorkflowId(id),
    taskQueue: 'reels',
    args: [erasure],
  });
  await expect(erase).rejects.toMatchObject({ cause: { cause: { type: 'Reel.NotToBeDeleted' } } });
  expect(await reelOfClient('site', id)).toMatchObject({ status: 'succeeded' });
  // Its client may still have it deleted.
  expect((await ask('site', `/v1/reels/${id}`, { method: 'DELETE' })).status).toBe(204);
  await workflow.getHandle(eraseWorkflowId(id)).result();
});

test('a forged event is not signed, and a true one goes to its own receiver alone', async () => {
  const own = await startReceiver(WEBHOOK_SECRET);
  const others = await startReceiver(WEBHOOK_SECRET);
  try {
    const { id } = await make('site', 'forged-event', { webhookUrl: own.url });
    await eventually('the webhook', async () => own.received.length === 1);
    await service.env.client.workflow.getHandle(webhooksWorkflowIdOf(id)).result();
    const body = {
      type: 'reel.failed',
      timestamp: '2026-01-01T00:00:00.000Z',
      data: { id, generations: [] },
    };
    const tell = async (eventId: string) => {
      const handle = await service.env.client.workflow.signalWithStart(DELIVER_WEBHOOKS, {
        workflowId: webhooksWorkflowIdOf(id),
        taskQueue: 'reels',
        args: [{ reelId: id, client: 'app', url: others.url }],
        signal: TELL,
        signalArgs: [{ id: eventId, body }],
      });
      return handle.result();
    };
    expect(await tell(`msg_${id}_failed`)).toMatchObject({ deliveries: [{ outcome: 'refused' }] });
    expect(await tell(`msg_${id}_succeeded`)).toMatchObject({ deliveries: [{ outcome: 'delivered' }] });
    expect(own.received.map((one) => [one.id, one.body.type])).toEqual(
      Array(2).fill([`msg_${id}_succeeded`, 'reel.succeeded']),
    );
    expect(others.received).toEqual([]);
  } finally {
    await own.close();
    await others.close();
  }
});

test.each(['site', 'app'])(
  'what the account has is on no surface of the client %s, unless it is an admin',
  async (client) => {
    const about = startReceiver(WEBHOOK_SECRET);
    const receiver = await about;
    try {
      const failed = await make(client, 'internal-always', { webhookUrl: receiver.url });
      const asks = await order(client, 'lost-504-with-task', { webhookUrl: receiver.url });
      await until(client, asks.id, 'a question', ({ status }) => status === 'needs_decision');
      await eventually('both webhooks', async () => receiver.received.length >= 2);
      const surfaces: [string, string][] = [];
      for (const { id } of [failed, asks]) {
        for (const path of [`/v1/reels/${id}`, `/v1/reels/${id}/support`]) {
          surfaces.push([path, await (await ask(client, path)).text()]);
        }
      }
      surfaces.push(['events', await (await ask(client, `/v1/reels/${failed.id}/events`)).text()]);
      surfaces.push(['list', await (await ask(client, '/v1/reels?limit=100')).text()]);
      surfaces.push(['webhooks', JSON.stringify(receiver.received)]);
      const telling = surfaces.filter(([, text]) => /creditBalance|dailyGenerations|otherSubmits/.test(text));
      expect(telling.map(([where]) => where)).toEqual(
        client === 'app' ? expect.arrayContaining(['list', 'webhooks', 'events']) : [],
      );
      await service.handle(asks.id).cancel();
    } finally {
      await receiver.close();
    }
  },
);

test('what all clients spend is not told to one that is no admin; nothing is sent beyond the daily budget', async () => {
  const id = `sim-${'b'.repeat(26)}`;
  const request = { promptText: 'A calm sea #forged-budget', maxCredits: 100_000 };
  const free = {
    status: 'failed',
    generations: [],
    credits: { charged: 0, uncertain: 0 },
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
  const head = {
    schemaVersion: 1,
    id,
    client: 'local',
    bodyHash: '',
    createdAt: free.updatedAt,
    backend,
    request,
  };
  const rounds = Array.from({ length: 20 }, (_, index): ForgedCall[] => {
    const generation = index + 1;
    const full = { model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none', ...request };
    const earlier = Array.from({ length: index }, (__, at) => ({
      generation: at + 1,
      charged: 0,
      uncertain: 0,
    }));
    const args = {
      reelId: id,
      generation,
      backend,
      client: 'nobody',
      request: full,
      timeoutMs: 5_000,
      earlier,
    };
    const record = {
      record: { schemaVersion: 1, workflowId: workflowIdOf(id), head, state: free },
      replace: true,
    };
    const submit = { activity: 'submitGeneration', args };
    const recordIt = { activity: 'recordReel', args: record };
    // All at once: what one sets aside, others try to free before it is sent.
    return generation === 1 ? [submit] : [recordIt, submit, recordIt, recordIt];
  });
  await fromWorkflow(
    GENERATE_REEL,
    workflowIdOf(id),
    [{ activity: 'acceptReel', args: { request } }],
    ...rounds,
  );
  const made = service.simulator.ledger().tasks.filter(({ status }) => status !== 'FAILED');
  const spent = made.reduce((sum, { credits }) => sum + credits.estimated, 0);
  expect(spent).toBeLessThanOrEqual(DAILY_MAX_CREDITS);
  expect(service.posts('forged-budget').length).toBeGreaterThan(0);

  const { ledger } = service.storage;
  const left = DAILY_MAX_CREDITS - (await ledger.committed(new Date()));
  if (left >= 80) {
    const entry = { reelId: `sim-${'c'.repeat(26)}`, generation: 1, client: 'local', model: 'veo3.1_fast' };
    await ledger.reserve({ ...entry, credits: left, at: new Date().toISOString() }, {});
  }
  const over = async (client: string) =>
    problemOf(
      ask(client, '/v1/reels', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ promptText: 'One more' }),
      }),
    );
  const [site, app] = [await over('site'), await over('app')];
  expect(site).toMatchObject({ code: 'daily_budget_reached' });
  expect(JSON.stringify(site)).not.toMatch(/1200|1,200|committed|"limit"/);
  expect(app).toMatchObject({ limit: DAILY_MAX_CREDITS });
});
