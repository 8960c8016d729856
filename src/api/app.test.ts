import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Client } from '@temporalio/client';
import { type Api, problemOf, startApi } from '../../test/support/api';
import { CATALOG } from '../runway/failures/error-catalog';
import type { AccountView } from '../contract/schemas/account';
import type { ApiSettings } from './deps';

/** No route of this file may ask Temporal. */
const noTemporal = { options: { namespace: 'default' } } as unknown as Client;

const apis: Api[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

async function apiWith(settings: Partial<ApiSettings> = {}, client = noTemporal): Promise<Api> {
  const api = await startApi(client, { settings: { apiKeys: [], corsOrigins: [], ...settings } });
  apis.push(api);
  return api;
}

/** `fetch` sets some headers itself: this sends them as they are. */
function send(
  api: Api,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(api.url + path, { method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.on('error', reject).end();
  });
}

describe('every answer', () => {
  test('carries the headers of helmet, no trace of Express, and is not cached', async () => {
    const { headers } = await (await apiWith()).fetch('/healthz');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('an unknown path is a problem, and so is a method that a path does not have', async () => {
    const api = await apiWith();
    const missing = await api.fetch('/nowhere');
    expect(missing.status).toBe(404);
    expect((await problemOf(missing)).code).toBe('not_found');

    const wrong = await api.fetch('/v1/reels', { method: 'DELETE' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST, GET, HEAD, OPTIONS');
    expect((await problemOf(wrong)).code).toBe('method_not_allowed');
    expect((await api.fetch('/v1/reels', { method: 'OPTIONS' })).status).toBe(204);
  });

  test('a fault of ours shows nothing of its inside, and the log has it', async () => {
    const broken = {
      options: { namespace: 'default' },
      withDeadline: () => Promise.reject(new TypeError('inside')),
    } as unknown as Client;
    const api = await apiWith({}, broken);
    const answer = await api.fetch(`/v1/reels/${'a'.repeat(26)}`);
    expect(answer.status).toBe(500);
    expect(JSON.stringify(await problemOf(answer))).not.toContain('inside');
    expect(api.log()).toContain('inside');
  });

  test('the log has one line for each answer, without the query of a video link', async () => {
    const api = await apiWith();
    const path = `/v1/reels/${'a'.repeat(26)}/video`;
    await api.fetch(`${path}?expires=1&signature=planted`).then((answer) => answer.text());
    const lines = api
      .log()
      .split('\n')
      .filter((line) => line.includes('answered'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ method: 'GET', path, reelId: 'a'.repeat(26) });
    expect(api.log()).not.toContain('planted');
  });

  test('the ID of a caller stands beside ours in the log, where it is one', async () => {
    const api = await apiWith();
    for (const id of ['order-17.a:b', 'two words', 'x'.repeat(65)])
      await api.fetch('/nowhere', { headers: { 'x-request-id': id } });
    const logged = api
      .log()
      .split('\n')
      .filter((line) => line.includes('answered'))
      .map((line) => (JSON.parse(line) as { callerRequestId?: string }).callerRequestId);
    expect(logged).toEqual(['order-17.a:b', undefined, undefined]);
  });

  test('what is refused, and what anybody may ask, has a line for some of each status', async () => {
    const api = await apiWith({ apiKeys: [{ client: 'alice', sha256: '0'.repeat(64) }] });
    const ask = (path: string) => api.fetch(path).then((answer) => answer.text());
    for (let n = 0; n < 50; n++)
      await Promise.all(['/openapi.json', '/nowhere', '/v1/reels', '/v1/reels/x/video'].map(ask));
    const lines = api
      .log()
      .split('\n')
      .filter((line) => line.includes('answered'))
      .map((line) => JSON.parse(line) as { status: number });
    expect(new Set(lines.map(({ status }) => status))).toEqual(new Set([200, 401, 404]));
    expect(lines.length).toBeLessThanOrEqual(3 * 20);
  });
});

test('GET /v1/models lists models with their prices', async () => {
  const answer = await (await apiWith()).fetch('/v1/models');
  const { models } = (await answer.json()) as { models: { name: string }[] };
  expect(models.map(({ name }) => name)).toContain('veo3.1_fast');
});

describe('GET /v1/errors', () => {
  test('is the whole catalog: what each means, what the service does, what a person can do', async () => {
    const answer = await (await apiWith()).fetch('/v1/errors');
    expect(await answer.json()).toEqual({ entries: JSON.parse(JSON.stringify(CATALOG)) });
  });

  test.each([
    ['insufficient_credits', 'insufficient_credits'],
    ['13', 'internal_error'],
    ['INTERNAL', 'internal_error'],
    ['402', 'payment_required'],
    ['429', 'rate_limited'],
    ['SAFETY.INPUT.TEXT', 'safety_input'],
    ['INTERNAL.BAD_OUTPUT.CODE01', 'bad_output'],
  ])('knows %s', async (code, ours) => {
    const answer = await (await apiWith()).fetch(`/v1/errors/${code}`);
    const { entries } = (await answer.json()) as { entries: { code: string }[] };
    expect(entries.map((entry) => entry.code)).toContain(ours);
  });

  test.each(['nothing', '999', '__proto__', 'a%20b'])('%s is a 404', async (code) => {
    const answer = await (await apiWith()).fetch(`/v1/errors/${code}`);
    expect(answer.status).toBe(404);
    expect((await problemOf(answer)).code).toBe('error_not_found');
  });
});

describe('GET /v1/account', () => {
  test('is what the reader sees', async () => {
    const view: AccountView = { at: '2026-11-23T06:00:00.000Z', account: { creditBalance: 420 } };
    const api = await startApi(noTemporal, {
      account: { readAccount: async () => view, readUsage: async () => undefined },
    });
    apis.push(api);
    expect(await (await api.fetch('/v1/account')).json()).toMatchObject(view);
  });

  test('without a key in this process it is a 503 that says so', async () => {
    const answer = await (await apiWith()).fetch('/v1/account');
    expect(answer.status).toBe(503);
    expect((await problemOf(answer)).code).toBe('account_unavailable');
  });
});

describe('a page elsewhere', () => {
  const PUBLIC = 'https://reels.example.org';
  const FRIEND = 'https://friend.example';

  test.each([
    ['localhost:3000', 200],
    ['127.0.0.1', 200],
    ['[::1]:3000', 200],
    ['LOCALHOST', 200],
    ['reels.example.org', 200],
    ['evil.example', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['evil.example:80@localhost', 403],
    ['localhost/evil.example', 403],
  ])('cannot reach this machine under the name %j without keys: %d', async (host, status) => {
    const api = await apiWith({ publicUrl: PUBLIC });
    expect((await send(api, '/healthz', { host })).status).toBe(status);
  });

  test.each([
    ...[
      'x-forwarded-for',
      'Forwarded',
      'X-Forwarded-Host',
      'X-Real-IP',
      'X-Forwarded',
      'Via',
      'X-Original-Forwarded-For',
    ],
    ...[
      'CF-Connecting-IP',
      'True-Client-IP',
      'Fly-Client-IP',
      'X-Client-IP',
      'X-Cluster-Client-IP',
      'X-Envoy-External-Address',
    ],
  ])('and nobody comes through a proxy without keys (%s)', async (name) => {
    const api = await apiWith({ publicUrl: PUBLIC, trustedProxies: ['loopback'] });
    const answer = await send(api, '/healthz', { host: 'localhost', [name]: '127.0.0.1' });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('forwarded_not_allowed');
    const keyed = await apiWith({ apiKeys: [{ client: 'a', sha256: '0'.repeat(64) }] });
    expect((await send(keyed, '/healthz', { [name]: '127.0.0.1' })).status).toBe(200);
  });

  test('any host name is answered where keys are set', async () => {
    const api = await apiWith({ apiKeys: [{ client: 'a', sha256: '0'.repeat(64) }] });
    expect((await send(api, '/healthz', { host: 'internal.example' })).status).toBe(200);
  });

  test.each([
    [FRIEND, 200],
    [PUBLIC, 200],
    ['http://localhost:3000', 200],
    ['http://localhost:4000', 403],
    ['https://evil.example', 403],
    [`${FRIEND}.evil.example`, 403],
    ['null', 403],
    ['file://', 403],
    ['', 403],
  ])('with the Origin %j gets %d', async (origin, status) => {
    const api = await apiWith({ publicUrl: PUBLIC, corsOrigins: [FRIEND] });
    const answer = await send(api, '/v1/models', { host: 'localhost:3000', origin });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBe(origin === FRIEND ? FRIEND : undefined);
    expect(answer.headers.vary).toContain('Origin');
  });

  test('asks first, and needs no key for that', async () => {
    const api = await apiWith({
      apiKeys: [{ client: 'a', sha256: '0'.repeat(64) }],
      corsOrigins: [FRIEND],
    });
    const preflight = (origin: string) =>
      send(api, '/v1/reels', { origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
    const allowed = await preflight(FRIEND);
    expect(allowed.status).toBe(204);
    expect(allowed.headers['access-control-allow-headers']).toContain('Idempotency-Key');
    expect((await preflight('https://evil.example')).status).toBe(403);
  });
});
