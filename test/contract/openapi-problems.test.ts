/** Whatever is wrong with a request, the answer is a problem of the contract, with the headers of every answer. */
import { request } from 'node:http';
import type { Client } from '@temporalio/client';
import { problem } from '../../src/contract/schemas/problem';
import { type Api, startApi } from '../support/api';

let api: Api;

beforeAll(async () => {
  api = await startApi({ options: { namespace: 'default' } } as Client);
});

afterAll(() => api.close());

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** `fetch` mends paths and refuses methods: this sends them as they are. */
function send({ method = 'GET', path, headers = {}, body }: Sent) {
  return new Promise<{ status?: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const call = request(api.url, { method, path, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: text }));
      });
      call.on('error', reject).end(body);
    },
  );
}

const json = { 'content-type': 'application/json' };
const post = (body: string | Buffer, headers: Record<string, string> = json): Sent => ({
  method: 'POST',
  path: '/v1/reels',
  headers,
  body,
});

const CASES: readonly (readonly [string, Sent, number, string])[] = [
  ['an unknown path', { path: '/nowhere' }, 404, 'not_found'],
  ['an unknown path below a route', { path: '/v1/reels/a/b/c' }, 404, 'not_found'],
  ['dots in a path', { path: '/v1/../../etc/passwd' }, 404, 'not_found'],
  ['a file beside the viewer', { path: '/docs/viewer/%2e%2e/%2e%2e/package.json' }, 404, 'not_found'],
  ['a NUL in a path', { path: '/v1/reels/%00' }, 404, 'reel_not_found'],
  ['half an escape in a path', { path: '/v1/reels/%' }, 400, 'bad_request'],
  ['broken UTF-8 in a path', { path: '/v1/errors/%ff%fe' }, 400, 'bad_request'],
  ['a method that the path has not', { method: 'PUT', path: '/v1/reels' }, 405, 'method_not_allowed'],
  ['TRACE', { method: 'TRACE', path: '/v1/models' }, 405, 'method_not_allowed'],
  ['a parameter sent twice', { path: '/v1/reels?limit=1&limit=2' }, 400, 'invalid_query'],
  ['a parameter with a NUL', { path: '/v1/reels?model=%00' }, 400, 'invalid_query'],
  ['a parameter with broken UTF-8', { path: '/v1/usage?days=%ff' }, 400, 'invalid_query'],
  ['a parameter named __proto__', { path: '/v1/reels?__proto__=1' }, 400, 'invalid_query'],
  ['no type', post('{}', {}), 415, 'unsupported_media_type'],
  ['a form', post('promptText=x', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
  ['a body that is no JSON', post('{'), 400, 'malformed_json'],
  ['a body in broken UTF-8', post(Buffer.from([0x22, 0xff, 0x22])), 400, 'malformed_json'],
  ['40,000 opening brackets', post('['.repeat(40_000)), 400, 'malformed_json'],
  ['a prototype key', post('{"__proto__": {}}'), 400, 'malformed_json'],
  ['a body of another shape', post('[]'), 400, 'invalid_request'],
  ['a body over 6 MB', post(`"${'x'.repeat(6_100_000)}"`), 413, 'body_too_large'],
  [
    'a bad Idempotency-Key',
    post('{"promptText":"x"}', { ...json, 'idempotency-key': ' ' }),
    400,
    'bad_idempotency_key',
  ],
  ['another host name', { path: '/healthz', headers: { host: 'example.org' } }, 403, 'host_not_allowed'],
  [
    'a page elsewhere',
    { path: '/healthz', headers: { origin: 'https://example.org' } },
    403,
    'origin_not_allowed',
  ],
];

test.each(CASES)('%s is answered with a problem, and without a stack', async (_what, sent, status, code) => {
  const answer = await send(sent);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(problem.parse(JSON.parse(answer.body))).toMatchObject({ status, code });
  expect(answer.body).not.toMatch(/node_modules|\.[jt]s:\d|^\s+at /m);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.headers['content-security-policy']).toContain("'self'");
  expect(answer.headers['x-powered-by']).toBeUndefined();
  if (status === 405) expect(answer.headers['allow']).toMatch(/GET, HEAD/);
});
