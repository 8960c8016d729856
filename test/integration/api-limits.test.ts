/** What one client, and all together, may ask of the service. */
import { createHash } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { ensureSearchAttributes } from '../../src/platform/temporal/ensure-search-attributes';
import { type Api, problemOf, reelOf, startApi } from '../support/api';
import { localTemporal } from '../../tools/stack/temporal';

const KEY = 'a-key-of-the-site';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const clients = ['site', 'other'].map((client) => ({ client, sha256: sha256(`${KEY}-${client}`) }));
const as = (client: string) => ({ authorization: `Bearer ${KEY}-${client}` });
const body = { promptText: 'A calm sea at dawn' };

let temporal: TestWorkflowEnvironment;
const apis: Api[] = [];

beforeAll(async () => {
  temporal = await localTemporal();
  await ensureSearchAttributes(temporal.connection.operatorService, 'default');
});

afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

afterAll(() => temporal?.teardown());

async function apiWith(
  limits?: { requestsPerSecond: number; reelsInFlight: number },
  beside?: Api,
): Promise<Api> {
  const apiKeys = limits ? clients : [];
  const api = await startApi(temporal.client, {
    settings: { apiKeys, corsOrigins: [], limits },
    ...(beside && { storage: beside.storage }),
  });
  apis.push(api);
  return api;
}

test('requests beyond those of a second get 429; the answers say how many are left', async () => {
  const api = await apiWith({ requestsPerSecond: 3, reelsInFlight: 10 });
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => api.fetch('/v1/models', { headers: as('site') })),
  );
  const [refused] = answers.filter(({ status }) => status === 429);
  expect(refused?.headers.get('retry-after')).toBe('1');
  expect(await problemOf(refused as Response)).toMatchObject({ code: 'rate_limited' });
  const [served] = answers.filter(({ status }) => status === 200);
  expect(served?.headers.get('ratelimit-policy')).toMatch(/^"requests-per-second"; q=3; w=1/);
  expect(served?.headers.get('ratelimit')).toMatch(/^"requests-per-second"; r=\d; t=\d/);
  expect((await api.fetch('/v1/models', { headers: as('other') })).status).toBe(200);
});

test('an EventSource beyond the limit is asked to come again, since it would not after a refusal', async () => {
  const api = await apiWith({ requestsPerSecond: 1, reelsInFlight: 10 });
  const headers = { ...as('site'), accept: 'text/event-stream' };
  const open = () => api.fetch(`/v1/reels/sim-${'a'.repeat(26)}/events`, { headers });
  const answers = await Promise.all(Array.from({ length: 30 }, open));
  const putOff = answers.find(({ status }) => status === 200);
  expect(await putOff?.text()).toBe('retry: 2000\n\n');
});

test('decisions and redeliveries beyond 30 in 10 seconds get 429, together and each client for itself', async () => {
  const api = await apiWith({ requestsPerSecond: 1_000, reelsInFlight: 10 });
  const send = (client: string, path: string) =>
    api.fetch(`/v1/reels/sim-${'a'.repeat(26)}/${path}`, {
      method: 'POST',
      headers: { ...as(client), 'content-type': 'application/json' },
      body: path === 'resolve' ? '{"action":"abandon"}' : '{}',
    });
  const paths = Array.from({ length: 80 }, (_, n) => (n % 2 ? 'resolve' : 'webhook/redeliver'));
  const answers = await Promise.all(paths.map((path) => send('site', path)));
  // A window may end in the middle.
  const looked = answers.filter(({ status }) => status === 404).length;
  expect(looked).toBeGreaterThanOrEqual(30);
  expect(looked).toBeLessThanOrEqual(60);
  const refused = answers.find(({ status }) => status === 429) as Response;
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await problemOf(refused)).toMatchObject({ code: 'rate_limited' });
  expect((await send('other', 'resolve')).status).toBe(404);
  expect((await api.fetch('/v1/models', { headers: as('site') })).status).toBe(200);
});

test('reels beyond those in flight get 429; a replay of an idempotency key does not', async () => {
  const api = await apiWith({ requestsPerSecond: 1_000, reelsInFlight: 3 });
  const post = (key: string, client = 'site') =>
    api.post('/v1/reels', body, { ...as(client), 'idempotency-key': key });
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => post(key)));
  const made = answers.filter(({ status }) => status === 202);
  expect(made).toHaveLength(3);
  const refused = answers.find(({ status }) => status !== 202) as Response;
  expect(refused.headers.get('retry-after')).toBe('10');
  expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'too_many_reels', limit: 3 });

  const statuses = await Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f'].map(async (key) => (await post(key)).status),
  );
  expect(statuses.sort()).toEqual([200, 200, 200, 429, 429, 429]);
  expect((await post('a', 'other')).status).toBe(202);
  // A service that has started anew knows it from the database.
  const anew = await apiWith({ requestsPerSecond: 1_000, reelsInFlight: 3 }, api);
  expect((await anew.post('/v1/reels', body, as('site'))).status).toBe(429);
});

test('of 1,000 POSTs at once every 202 is a reel, everything else a clean 503, and none hangs', async () => {
  const api = await apiWith();
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, async () => {
      const answer = await api.post('/v1/reels', body);
      const found = answer.status === 202 ? await reelOf(answer) : await problemOf(answer);
      return {
        status: answer.status,
        found,
        retryAfter: answer.headers.get('retry-after'),
      };
    }),
  );
  // How soon, `npm run bench -- throughput` says: the slowest answer has 15 s.
  const refused = answers.filter(({ status }) => status !== 202);
  for (const { found, retryAfter } of refused) {
    expect([
      [503, 'overloaded', '2'],
      [503, 'temporal_unreachable', '5'],
    ]).toContainEqual([found.status, 'code' in found && found.code, retryAfter]);
  }
  const accepted = answers.filter(({ status }) => status === 202).map(({ found }) => found as { id: string });
  expect(accepted.length).toBeGreaterThanOrEqual(32);
  expect(new Set(accepted.map(({ id }) => id)).size).toBe(accepted.length);
  for (const { id } of accepted) expect(await reelOf(api.fetch(`/v1/reels/${id}`))).toMatchObject({ id });
  // On a slow machine Temporal's answer may come too late, and its run be there.
  const inDoubt = refused.filter(({ retryAfter }) => retryAfter === '5').length;
  const begun = (count: number) => count >= accepted.length && count <= accepted.length + inDoubt;
  // Nothing was begun for the others: no run, and no credits set aside.
  const { total } = (await (await api.fetch('/v1/usage')).json()) as { total: { open: number } };
  const { count } = await temporal.client.workflow.count(`ReelClient = 'local'`);
  expect([total.open / 80, count].filter((each) => !begun(each))).toEqual([]);
  // It has recovered.
  expect((await api.post('/v1/reels', body)).status).toBe(202);
});
