/** What a person can do about a reel, against a real Temporal without a worker. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { AccountReader } from '../../src/runway/calls/account-reader';
import { GENERATE_REEL } from '../../src/domain/generate-reel';
import { type ReelHead, type ReelState, workflowIdOf } from '../../src/domain/reel';
import type { Decision, Reel } from '../../src/contract/schemas/reel';
import { openStorage } from '../../src/storage/storage';
import { ensureSearchAttributes } from '../../src/platform/temporal/ensure-search-attributes';
import { type Api, problemOf, reelOf, startApi } from '../support/api';
import { localTemporal } from '../../tools/stack/temporal';

const body = { promptText: 'Snow falls on a small town' };

let temporal: TestWorkflowEnvironment;
let api: Api;
const others: Api[] = [];

beforeAll(async () => {
  temporal = await localTemporal();
  await ensureSearchAttributes(temporal.connection.operatorService, 'default');
  api = await startApi(temporal.client);
});
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.close()));
});
afterAll(async () => {
  await api?.close();
  await temporal?.teardown();
});

async function another(overrides: Parameters<typeof startApi>[1]): Promise<Api> {
  const other = await startApi(temporal.client, overrides);
  others.push(other);
  return other;
}

const terminate = (id: string) => temporal.client.workflow.getHandle(workflowIdOf(id)).terminate('by hand');

async function ended(fields: Record<string, unknown> = {}): Promise<Reel> {
  const reel = await reelOf(api.post('/v1/reels', { ...body, ...fields }));
  await terminate(reel.id);
  return reel;
}

describe('the daily budget', () => {
  const budget = { apiKeys: [], corsOrigins: [], dailyMaxCredits: 800 };

  test('50 requests at once through two processes, with room for 10: exactly 10 are accepted', async () => {
    const one = await another({ settings: budget });
    const storage = await openStorage({ root: one.storage.describe() });
    const two = await another({ settings: budget, storage });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? one : two).post('/v1/reels', body)),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status }) => status === 429);
    expect([accepted.length, refused.length]).toEqual([10, 40]);

    const [first] = refused;
    expect(Number(first?.headers.get('retry-after'))).toBeGreaterThan(86_000);
    const problem = await problemOf(first as Response);
    expect(problem).toMatchObject({
      code: 'daily_budget_reached',
      limit: 800,
      committed: 800,
      estimated: 80,
    });
    expect(problem.detail).toContain('DAILY_MAX_CREDITS allows $8.00 (800 credits)');

    const reels = await Promise.all(accepted.map(reelOf));
    for (const { id } of reels) expect((await one.fetch(`/v1/reels/${id}`)).status).toBe(200);
    expect(await usageOf(one)).toMatchObject({ total: { charged: 0, refunded: 0, open: 800 } });
    await storage.close();
  });

  test('a repeat with the same key costs nothing more', async () => {
    const tight = await another({ settings: { ...budget, dailyMaxCredits: 80 } });
    const headers = { 'idempotency-key': 'tight' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => tight.post('/v1/reels', { ...body, title: 'tight' }, headers)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 202]);
  });

  test('a reel that alone is above the limit is refused without a time', async () => {
    const tiny = await another({ settings: { ...budget, dailyMaxCredits: 79 } });
    const answer = await tiny.post('/v1/reels', body);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  test('a key may have a limit of its own, and sees its own usage', async () => {
    const digest = (secret: string) => createHash('sha256').update(secret).digest('hex');
    const keyed = await another({
      settings: {
        ...budget,
        apiKeys: ['alice', 'bob'].map((client) => ({ client, sha256: digest(`${client}-secret-1234`) })),
        keyDailyMaxCredits: { alice: 80 },
      },
    });
    const post = (client: string) =>
      keyed.post('/v1/reels', body, { authorization: `Bearer ${client}-secret-1234` });
    expect((await post('alice')).status).toBe(202);
    const refused = await post('alice');
    expect(refused.status).toBe(429);
    expect((await problemOf(refused)).detail).toContain('KEY_DAILY_MAX_CREDITS');
    expect((await post('bob')).status).toBe(202);
    const usage = await keyed.fetch('/v1/usage', { headers: { authorization: 'Bearer bob-secret-1234' } });
    expect(await usage.json()).toMatchObject({ total: { open: 80 }, reels: [{ open: 80 }] });
  });

  test('what cannot be paid within DEFAULT_MAX_CREDITS is refused with the estimate', async () => {
    const poor = await another({ settings: { ...budget, defaultMaxCredits: 79 } });
    const answer = await poor.post('/v1/reels', body);
    expect(answer.status).toBe(400);
    const { detail, issues } = await problemOf(answer);
    expect(detail).toContain('$0.80 (80 credits)');
    expect(issues?.[0]?.field).toBe('maxCredits');
    expect((await poor.post('/v1/reels', { ...body, maxCredits: 80 })).status).toBe(202);
  });
});

test('a fallback that would wait longer than the reel may take is refused, and nothing is set aside', async () => {
  const fallbackTimes = { fallbackWaitMs: 3_600_000, reelDeadlineMs: 7_200_000 };
  const settings = { apiKeys: [], corsOrigins: [], fallbackTimes };
  const strict = await another({ settings });
  const wish = { ...body, fallbacks: ['wait'] };
  const refused = await strict.post('/v1/reels', { ...wish, deadline: '1h' });
  expect(refused.status).toBe(400);
  const { detail, issues } = await problemOf(refused);
  expect(issues?.[0]?.field).toBe('fallbacks');
  expect(detail).toContain('with a deadline of more than 1 h');
  expect(await usageOf(strict)).toMatchObject({ total: { open: 0 } });
  expect((await strict.post('/v1/reels', { ...wish, deadline: '90m' })).status).toBe(202);
  expect((await strict.post('/v1/reels', wish)).status).toBe(202);
});

describe('GET /v1/usage', () => {
  test("Runway's own figures stand beside ours where they can be had, latest first", async () => {
    const latest = { date: '2026-11-23', models: { 'gen4.5': 60 } };
    const earlier = { date: '2026-11-22', models: { 'veo3.1_fast': 80 } };
    const unused = { date: '2026-11-21', models: {} };
    const account: AccountReader = {
      readAccount: async () => ({ at: latest.date }),
      readUsage: async () => ({ days: [unused, earlier, latest] }),
    };
    const open = await another({ account });
    expect(await usageOf(open)).toMatchObject({
      total: { charged: 0 },
      days: [],
      reels: [],
      runway: { days: [latest, earlier] },
    });
    const silent = await another({ account: { ...account, readUsage: async () => undefined } });
    expect(await usageOf(silent)).not.toHaveProperty('runway');
  });

  test.each(['days=0', 'days=91', 'days=1.5', 'from=2026-01-01'])('%s is a 400', async (query) => {
    const answer = await api.fetch(`/v1/usage?${query}`);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).issues?.[0]?.field).toBe(query.split('=')[0]);
  });
});

describe('POST /v1/reels/{id}/resolve', () => {
  test('without a worker it is a 503, and the reel still needs its decision', async () => {
    const { id } = await undecided();
    const reel = await reelOf(api.fetch(`/v1/reels/${id}`));
    expect(reel).toMatchObject({
      status: 'needs_decision',
      credits: { charged: 0, uncertain: 80 },
      decision: { generation: 1, choices: [{ action: 'abandon', atMostCredits: 0 }] },
    });
    const answer = await api.post(`/v1/reels/${id}/resolve`, { action: 'abandon' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await problemOf(answer)).code).toBe('worker_unreachable');
    expect((await reelOf(api.fetch(`/v1/reels/${id}`))).status).toBe('needs_decision');
  });

  test('a reel that needs no decision is a 409; a body that is none a 400; no such reel a 404', async () => {
    const { id } = await reelOf(api.post('/v1/reels', body));
    const path = `/v1/reels/${id}/resolve`;
    const refused = await api.post(path, { action: 'regenerate' });
    expect(refused.status).toBe(409);
    expect(await problemOf(refused)).toMatchObject({
      code: 'not_undecided',
      detail: expect.stringContaining('queued'),
    });
    expect((await api.post(path, { action: 'adopt' })).status).toBe(400);
    expect((await api.post(path)).status).toBe(415);
    const nobody = `/v1/reels/sim-${'a'.repeat(26)}/resolve`;
    expect((await api.post(nobody, { action: 'abandon' })).status).toBe(404);
  });
});

describe('POST /v1/reels/{id}/remake', () => {
  test('makes a new reel with the same settings, and both name each other', async () => {
    const old = await ended({ title: 'Holiday Party', seed: 7 });
    const answer = await api.post(`/v1/reels/${old.id}/remake`);
    expect(answer.status).toBe(202);
    const remade = await reelOf(answer.clone());
    expect(answer.headers.get('location')).toBe(`${api.url}/v1/reels/${remade.id}`);
    expect(remade).toMatchObject({ status: 'queued', remakeOf: old.id, request: old.request });
    expect(remade.id).not.toBe(old.id);
    expect(await reelOf(api.fetch(`/v1/reels/${remade.id}`))).toEqual(remade);

    const second = await reelOf(api.post(`/v1/reels/${old.id}/remake`, {}));
    expect((await reelOf(api.fetch(`/v1/reels/${old.id}`))).remadeAs).toEqual([remade.id, second.id]);
  });

  test('the same key is the same reel; for another reel it is a 422', async () => {
    const [old, other] = await Promise.all([ended(), ended()]);
    const again = (id: string) =>
      api.post(`/v1/reels/${id}/remake`, undefined, { 'idempotency-key': 'once more' });
    const first = await reelOf(again(old.id));
    const repeat = await again(old.id);
    expect(repeat.status).toBe(200);
    expect((await reelOf(repeat)).id).toBe(first.id);
    expect((await again(other.id)).status).toBe(422);
    expect((await reelOf(api.fetch(`/v1/reels/${old.id}`))).remadeAs).toEqual([first.id]);
  });

  test('a reel that goes on is a 409, a field a 400, a form a 415', async () => {
    const { id } = await reelOf(api.post('/v1/reels', body));
    const path = `/v1/reels/${id}/remake`;
    const refused = await api.post(path);
    expect(refused.status).toBe(409);
    expect((await problemOf(refused)).code).toBe('reel_not_ended');
    const overridden = await api.post(path, { seed: 8 });
    expect(overridden.status).toBe(400);
    expect((await problemOf(overridden)).issues?.[0]?.field).toBe('seed');
    expect((await api.post(path, 'seed=8', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await api.fetch(path, { method: 'POST', body: Buffer.from('{}') })).status).toBe(415);
  });

  test('an image that is stored no more is a 409 that says so', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const old = await ended({ promptImage: `data:image/png;base64,${png.toString('base64')}` });
    const remade = await reelOf(api.post(`/v1/reels/${old.id}/remake`));
    expect(remade.request.promptImage).toBe(old.request.promptImage);
    await rm(join(api.storage.describe(), 'inputs'), { recursive: true });
    const answer = await api.post(`/v1/reels/${old.id}/remake`);
    expect(answer.status).toBe(409);
    expect((await problemOf(answer)).code).toBe('image_missing');
  });
});

describe('GET /v1/reels/{id}/support', () => {
  test('is JSON, or plain text for whoever asks for it', async () => {
    const { id } = await undecided();
    const json = await api.fetch(`/v1/reels/${id}/support`);
    const { text } = (await json.json()) as { text: string };
    expect(json.headers.get('content-type')).toContain('application/json');
    const plain = await api.fetch(`/v1/reels/${id}/support`, { headers: { accept: 'text/plain' } });
    expect(plain.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await plain.text()).toBe(text);
    expect(text).toContain('Operation ID not known: uncertain');
  });
});

/** A run as the workflow leaves it when it asks. */
async function undecided(): Promise<Reel> {
  const template = await reelOf(api.post('/v1/reels', body));
  const handle = temporal.client.workflow.getHandle(workflowIdOf(template.id));
  const { head, state } = (await handle.describe()).memo as { head: ReelHead; state: ReelState };
  await handle.terminate();
  const at = new Date().toISOString();
  const decision: Decision = {
    generation: 1,
    since: at,
    until: new Date(Date.now() + 3_600_000).toISOString(),
    evidence: { gatheredAt: at, otherSubmits: 0, says: 'unclear' },
    choices: [{ action: 'abandon', text: 'Give it up.', atMostCredits: 0 }],
  };
  const asking: ReelState = {
    ...state,
    status: 'needs_decision',
    generations: [
      {
        number: 1,
        model: 'veo3.1_fast',
        changes: [],
        status: 'uncertain',
        estimatedCredits: 80,
        startedAt: at,
        endedAt: at,
      },
    ],
    credits: { estimated: 80, charged: 0, uncertain: 80 },
    decision,
  };
  await temporal.client.workflow.start(GENERATE_REEL, {
    workflowId: handle.workflowId,
    taskQueue: 'reels',
    args: [{}],
    memo: { head, state: asking },
  });
  return template;
}

async function usageOf(from: Api): Promise<Record<string, unknown>> {
  return (await (await from.fetch('/v1/usage')).json()) as Record<string, unknown>;
}
