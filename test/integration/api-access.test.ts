/** Who may see and do what: keys, sessions, admins, and two clients that must never meet. */
import { createHash } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { makeSession } from '../../src/api/access/session-token';
import { makeHead, queuedState, type ReelRecord, workflowIdOf } from '../../src/domain/reel';
import { ensureSearchAttributes } from '../../src/platform/temporal/ensure-search-attributes';
import { type Api, problemOf, reelOf, startApi } from '../support/api';
import { localTemporal } from '../../tools/stack/temporal';

const KEYS = {
  alice: 'canary-alice-0123456789',
  bob: 'canary-bob-0123456789',
  root: 'canary-root-0123456789',
};
const OLD_KEY_OF_BOB = 'canary-bob-before-rotation';
const STORED = `sim-${'b'.repeat(26)}`;
const body = { promptText: 'Only Alice knows of this sea', title: 'The secret of Alice' };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const apiKeys = [
  ...Object.entries(KEYS).map(([client, key]) => ({ client, sha256: sha256(key) })),
  { client: 'bob', sha256: sha256(OLD_KEY_OF_BOB) },
];
const settings = { apiKeys, admins: ['root'], corsOrigins: ['http://127.0.0.1:1'] };

let temporal: TestWorkflowEnvironment;
let api: Api;
let reelId: string;

beforeAll(async () => {
  temporal = await localTemporal();
  await ensureSearchAttributes(temporal.connection.operatorService, 'default');
  api = await startApi(temporal.client, {
    settings,
    temporalUiUrl: 'http://127.0.0.1:8233',
    account: {
      readAccount: async () => ({ at: '2026-11-23T10:00:00.000Z' }),
      readUsage: async () => ({ days: [] }),
    },
  });
  reelId = (await reelOf(api.post('/v1/reels', body, bearer(KEYS.alice)))).id;
  await api.storage.writeRecord(forgottenReel());
});

afterAll(async () => {
  await api?.close();
  await temporal?.teardown();
});

/** A reel of Alice that Temporal has forgotten. */
function forgottenReel(): ReelRecord {
  const head = makeHead({
    id: STORED,
    client: 'alice',
    bodyHash: sha256('body'),
    createdAt: '2026-11-01T00:00:00.000Z',
    backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' },
    request: { ...body, model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
    estimatedCredits: 80,
  });
  const end = { status: 'cancelled', phase: 'done', finishedAt: head.createdAt } as const;
  const state = { ...queuedState(head), ...end };
  return { schemaVersion: 1, workflowId: workflowIdOf(STORED), head, state };
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly init: RequestInit;
}

/** Every route of the app, as its own contract lists them. */
async function operations(): Promise<Operation[]> {
  const { paths } = (await (await api.fetch('/openapi.json')).json()) as {
    paths: Record<string, Record<string, { requestBody?: { required?: boolean } }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => ['get', 'post', 'delete'].includes(method))
      .map(([method, { requestBody }]) => {
        const json = { 'content-type': 'application/json' };
        const init = { method: method.toUpperCase() };
        return {
          path,
          method,
          init: requestBody?.required ? { ...init, headers: json, body: '{"action":"abandon"}' } : init,
        };
      }),
  );
}

const call = ({ path, init }: Operation, id: string, headers: Record<string, string>) =>
  api.fetch(path.replace('{id}', id), {
    ...init,
    headers: { ...(init.headers as Record<string, string>), ...headers },
  });

describe('another client', () => {
  test('gets 404 from every route of a reel, as if there were none', async () => {
    const ofReels = (await operations()).filter(({ path }) => path.includes('{id}'));
    expect(ofReels.length).toBeGreaterThanOrEqual(9);
    for (const id of [reelId, STORED]) {
      for (const operation of ofReels) {
        const answer = await call(operation, id, bearer(KEYS.bob));
        expect({ ...operation, id, status: answer.status }).toEqual({ ...operation, id, status: 404 });
        expect(await problemOf(answer)).toMatchObject({ code: 'reel_not_found' });
      }
    }
    expect(await reelOf(api.fetch(`/v1/reels/${reelId}`, { headers: bearer(KEYS.alice) }))).toMatchObject({
      status: 'queued',
    });
  });

  test('finds nothing of it in lists, usage or any other answer', async () => {
    const others = (await operations()).filter(({ path, method }) => !path.includes('{') && method === 'get');
    for (const operation of others) {
      const text = await (await call(operation, '', bearer(KEYS.bob))).text();
      for (const trace of [reelId, STORED, 'alice', 'secret of Alice']) expect(text).not.toContain(trace);
    }
    const usage = await api.fetch('/v1/usage', { headers: bearer(KEYS.bob) });
    expect(await usage.json()).toMatchObject({ total: { open: 0 }, reels: [] });
  });

  test('gets a reel of its own for the same idempotency key and body', async () => {
    const key = { 'idempotency-key': 'the same' };
    const of = async (name: keyof typeof KEYS) =>
      (await reelOf(api.post('/v1/reels', body, { ...bearer(KEYS[name]), ...key }))).id;
    expect(await of('alice')).not.toBe(await of('bob'));
  });
});

test('without a key every route under /v1 and /api is a 401, but the one that says so', async () => {
  const behindKeys = (await operations()).filter(({ path }) => /^\/(?:v1|api)\//.test(path));
  for (const operation of behindKeys.filter(({ path }) => path !== '/v1/session')) {
    const answer = await call(operation, reelId, {});
    expect({ ...operation, status: answer.status }).toEqual({ ...operation, status: 401 });
  }
  const session = await api.fetch('/v1/session');
  expect(await session.json()).toEqual({ client: null, admin: false, keyNeeded: true });
});

describe('what belongs to the whole service', () => {
  test.each(['/v1/account', '/v1/usage?client=all', '/metrics'])('%s is for admins', async (path) => {
    const refused = await api.fetch(path, { headers: bearer(KEYS.alice) });
    expect(refused.status).toBe(403);
    expect(await problemOf(refused)).toMatchObject({
      code: 'admin_only',
      detail: expect.stringContaining('REEL_ADMINS'),
    });
    expect((await api.fetch(path, { headers: bearer(KEYS.root) })).status).toBe(200);
  });

  test('an admin sees the usage of all clients, others only their own', async () => {
    const all = await api.fetch('/v1/usage?client=all', { headers: bearer(KEYS.root) });
    expect(await all.json()).toMatchObject({
      clients: expect.arrayContaining([expect.objectContaining({ client: 'alice', charged: 0 })]),
      runway: { days: [] },
    });
    const own = await api.fetch('/v1/usage', { headers: bearer(KEYS.alice) });
    const usage = (await own.json()) as Record<string, unknown>;
    expect(usage['total']).toMatchObject({ open: 160 });
    expect(usage).not.toHaveProperty('runway');
  });

  test('links into Temporal are on the reels of admins only', async () => {
    const links = async (key: string) => (await reelOf(api.post('/v1/reels', body, bearer(key)))).links;
    expect(await links(KEYS.root)).toHaveProperty('temporal');
    expect(await links(KEYS.bob)).not.toHaveProperty('temporal');
  });
});

describe('a session', () => {
  async function signIn(key: string, at = api): Promise<{ answer: Response; cookie: string }> {
    const answer = await at.post('/v1/session', { key });
    return { answer, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  }
  const ownPage = () => ({ origin: api.url });

  test('is a cookie that no script reads and no other site sends', async () => {
    const { answer } = await signIn(KEYS.root);
    expect(await answer.json()).toEqual({ client: 'root', admin: true, keyNeeded: false });
    const cookie = answer.headers.get('set-cookie');
    expect(cookie).toMatch(/Max-Age=2592000;.* HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain('Secure');
    expect(cookie).not.toContain(sha256(KEYS.root));
    const https = await startApi(temporal.client, {
      settings: { ...settings, publicUrl: 'https://reels.example' },
    });
    expect((await signIn(KEYS.root, https)).answer.headers.get('set-cookie')).toContain('; Secure');
    await https.close();
  });

  test('reads and, from the own page, does what its key may; another page does nothing', async () => {
    const { cookie } = await signIn(KEYS.alice);
    expect((await api.fetch(`/v1/reels/${reelId}`, { headers: { cookie } })).status).toBe(200);
    expect((await api.post('/v1/reels', body, { cookie, ...ownPage() })).status).toBe(202);
    expect((await api.post('/v1/reels', body, { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(202);
    const elsewhere: Record<string, string>[] = [
      {},
      { origin: settings.corsOrigins[0] ?? '' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of elsewhere) {
      const answer = await api.post('/v1/reels', body, { cookie, ...headers });
      expect(answer.status).toBe(403);
      expect((await problemOf(answer)).code).toBe('not_from_own_page');
    }
  });

  test('gives way to a key in the same request, right or wrong', async () => {
    const { cookie } = await signIn(KEYS.alice);
    const whoIs = (key: string) => api.fetch('/v1/session', { headers: { cookie, ...bearer(key) } });
    expect(await (await whoIs(KEYS.bob)).json()).toMatchObject({ client: 'bob' });
    expect((await whoIs('wrong')).status).toBe(401);
  });

  test('ends with its key, and not with another key of the same client', async () => {
    const after = await startApi(temporal.client, {
      storage: api.storage,
      settings: { ...settings, apiKeys: apiKeys.filter((key) => key.sha256 !== sha256(OLD_KEY_OF_BOB)) },
    });
    const status = async (key: string) => {
      const { cookie } = await signIn(key);
      return (await after.fetch('/v1/reels', { headers: { cookie } })).status;
    };
    expect(await status(KEYS.bob)).toBe(200);
    expect(await status(OLD_KEY_OF_BOB)).toBe(401);
    await after.close();
  });

  test('ends with its time, and by signing out', async () => {
    const [key] = apiKeys;
    const token = key && makeSession(await api.storage.signingKey(), key, new Date(Date.now() - 1_000));
    const headers = { cookie: `durable_reels_session=${token}` };
    expect(await (await api.fetch('/v1/session', { headers })).json()).toMatchObject({ keyNeeded: true });
    const out = await api.fetch('/v1/session', { method: 'DELETE' });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/durable_reels_session=;.*Expires=Thu, 01 Jan 1970/);
  });

  test('that was ended by signing out opens nothing any more, in no process, and others go on', async () => {
    const [{ cookie }, other] = [await signIn(KEYS.alice), await signIn(KEYS.alice)];
    const out = await api.fetch('/v1/session', { method: 'DELETE', headers: { cookie } });
    expect(out.status).toBe(204);
    // As another process, or the same after a restart.
    const second = await startApi(temporal.client, { settings, storage: api.storage });
    for (const at of [api, second]) {
      const whoIs = async (used: string) =>
        (await (await at.fetch('/v1/session', { headers: { cookie: used } })).json()) as { client: string };
      expect((await at.fetch('/v1/reels', { headers: { cookie } })).status).toBe(401);
      expect((await whoIs(cookie)).client).toBeNull();
      expect((await whoIs(other.cookie)).client).toBe('alice');
    }
    await second.close();
  });

  test('that is ended by signing out ends the streams of events that it opened, and no others', async () => {
    const [{ cookie }, other] = [await signIn(KEYS.alice), await signIn(KEYS.alice)];
    const open = (headers: Record<string, string>, stop = new AbortController()) =>
      api.fetch(`/v1/reels/${reelId}/events`, { headers, signal: stop.signal });
    const stop = new AbortController();
    const streams = [await open({ cookie }), await open({ cookie })];
    const others = [await open({ cookie: other.cookie }, stop), await open(bearer(KEYS.alice), stop)];
    await api.fetch('/v1/session', { method: 'DELETE', headers: { cookie } });
    for (const stream of streams) expect(await stream.text()).toContain(reelId);
    const ended = others.map((stream) =>
      stream.text().then(
        () => 'ended',
        () => 'cut off by us',
      ),
    );
    stop.abort();
    expect(await Promise.all(ended)).toEqual(['cut off by us', 'cut off by us']);
  });

  test('is not needed where no keys are set', async () => {
    const open = await startApi(temporal.client);
    const local = { client: 'local', admin: true, keyNeeded: false };
    expect(await (await open.fetch('/v1/session')).json()).toEqual(local);
    const { answer, cookie } = await signIn('anything', open);
    expect(await answer.json()).toEqual(local);
    expect(cookie).toBe('');
    await open.close();
  });
});

test('who guesses keys is held up; a key that was in use from there is not', async () => {
  const guessed = await startApi(temporal.client, { settings });
  const list = (key: string) => guessed.fetch('/v1/models', { headers: bearer(key) });
  expect((await list(KEYS.alice)).status).toBe(200);
  for (let i = 0; i < 20; i++) expect((await list(`guess-${i}`)).status).toBe(401);
  const held = await list(KEYS.bob);
  expect(held.status).toBe(429);
  expect((await problemOf(held)).code).toBe('too_many_failed_keys');
  expect((await guessed.post('/v1/session', { key: KEYS.bob })).status).toBe(429);
  expect((await list(KEYS.alice)).status).toBe(200);
  await guessed.close();
});

test.each([
  {
    trustedProxies: ['loopback'],
    later: 401,
    words: 'a trusted proxy names the callers, who are counted apart',
  },
  { trustedProxies: [], later: 429, words: 'what anybody else says about the address is not believed' },
])('wrong keys behind a proxy: $words', async ({ trustedProxies, later }) => {
  const behind = await startApi(temporal.client, { settings: { ...settings, trustedProxies } });
  const guess = async (address: string) =>
    (await behind.fetch('/v1/models', { headers: { ...bearer('a-guess'), 'x-forwarded-for': address } }))
      .status;
  for (let i = 0; i < 20; i++) expect(await guess('203.0.113.1')).toBe(401);
  expect(await guess('203.0.113.1')).toBe(429);
  expect(await guess('203.0.113.2')).toBe(later);
  await behind.close();
});

test('no key is in the log', () => {
  expect(api.log()).not.toContain('canary');
  expect(api.log()).toContain('"client":"alice"');
});
