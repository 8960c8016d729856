/**
 * Every port of `npm start`, asked as a page elsewhere would that is open in a browser of this machine: under a DNS name of
 * its own that points here, and by the requests across origins that a browser sends without asking first.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PORTS_WITHOUT_BROWSERS } from '../../src/local/ui-proxy/hidden-address';
import type { Reel } from '../../src/contract/schemas/reel';
import { listeningAddresses } from '../support/listening';
import type { ApiClient } from '../../tools/stack/api-client';
import { NpmStart } from '../../tools/stack/npm-start';
import { temporalCli } from '../../tools/stack/temporal';

let folder: string;
let service: NpmStart;
let api: ApiClient;
let reel: Reel;
let addresses: string[];
/** Of the raw UI; it has an address of its own. */
let hidden: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doors-'));
  await temporalCli();
  service = NpmStart.ofSources(folder);
  api = await service.ready();
  reel = await api.order('A calm sea at dawn');
  addresses = listeningAddresses(service.running.map(({ pid }) => pid));
  hidden = addresses.find((address) => !address.startsWith('127.0.0.1:')) ?? '';
});
afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Undefined: nobody there speaks HTTP. */
function ask(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const method = body === undefined ? 'GET' : 'POST';
    const req = request(`http://${address}${path}`, { method, headers, agent: false, timeout: 10_000 });
    req.once('error', () => resolve(undefined));
    req.once('timeout', () => req.destroy());
    req.once('response', (answer) => {
      let text = '';
      answer.on('data', (data) => (text += String(data)));
      answer.once('close', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    req.end(body);
  });
}

/** What a page would try: reads, and POSTs that need no preflight. Temporal's own, the service's and the simulator's. */
function attempts(): (readonly [path: string, body?: string])[] {
  const runs = `/api/v1/namespaces/simulated/workflows`;
  const input = [{ data: Buffer.from('{"request":{"promptText":"theirs"}}').toString('base64') }];
  const start = {
    workflowType: { name: 'generateReel' },
    taskQueue: { name: 'reels' },
    input: { payloads: input },
  };
  const run = `${runs}/reel-${reel.id}`;
  return [
    ...[
      '/',
      '/metrics',
      '/healthz',
      '/api/v1/settings',
      '/api/v1/namespaces',
      '/v1/reels',
      '/_simulator/ledger',
    ],
    ...[runs, `${run}/history`, `/v1/reels/${reel.id}`, '/openapi.json', '/v1/account'],
  ]
    .map((path): readonly [string, string?] => [path])
    .concat([
      [`${runs}/theirs`, JSON.stringify(start)],
      [`${run}/signal/cancel`, '{}'],
      [`${run}/reset`, JSON.stringify({ reason: 'theirs', workflowTaskFinishEventId: 4 })],
      [`${run}/terminate`, '{}'],
      [
        '/api/v1/namespaces/simulated/activities/theirs',
        JSON.stringify({
          activityType: { name: 'submitGeneration' },
          taskQueue: { name: 'reels' },
          input: { payloads: [] },
          startToCloseTimeout: '10s',
        }),
      ],
      ['/v1/reels', JSON.stringify({ promptText: 'theirs' })],
      [`/v1/reels/${reel.id}/cancel`, ''],
      ['/v1/session', '{}'],
      ['/_simulator/account', '{"creditBalance":0}'],
    ]);
}

test('every port answers a page elsewhere with a refusal or not at all, but the one that nobody can know', async () => {
  expect(addresses.length).toBeGreaterThan(8);
  const answering = new Set<string>();
  for (const address of addresses) {
    // The raw UI would obey.
    const tried = attempts().filter(([, body]) => address !== hidden || body === undefined);
    for (const [path, body] of tried) {
      const foreign: Record<string, string>[] = [
        { host: 'evil.example', origin: 'http://evil.example' },
        { host: `evil.example:${address.split(':').at(-1)}`, 'sec-fetch-site': 'same-origin' },
        { host: address, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
        { host: address, origin: 'null', 'sec-fetch-site': 'cross-site' },
      ];
      for (const headers of foreign) {
        const answer = await ask(address, path, { 'content-type': 'text/plain', ...headers }, body);
        if (answer === undefined) continue;
        if (answer.status < 400) answering.add(address);
        else if (address !== hidden) expect(answer.headers['set-cookie']).toBeUndefined();
      }
    }
  }
  // Temporal's metrics check nobody either: a list of counters, at a port that no browser connects to.
  const metrics = [...answering].filter((address) =>
    PORTS_WITHOUT_BROWSERS.includes(Number(address.split(':').at(-1))),
  );
  expect(metrics).toHaveLength(1);
  expect([...answering].sort()).toEqual([...metrics, hidden].sort());

  // Nothing of it has come to pass.
  const { reels } = await api.get<{ reels: Reel[] }>('/v1/reels');
  expect(reels.map(({ id }) => id)).toEqual([reel.id]);
  const made = await api.until(reel.id, 'the end', ({ status }) => status === 'succeeded');
  expect(made.generations).toHaveLength(1);
});

test("the raw UI's address is in no answer, header, link, log or line on the terminal", async () => {
  const [host = '', port = ''] = hidden.split(':');
  const told: string[] = [service.output];
  const ui = new URL(service.place('Temporal UI')).host;
  const run = `/api/v1/namespaces/simulated/workflows/reel-${reel.id}`;
  for (const path of [
    '/',
    '/namespaces/simulated/workflows',
    '/api/v1/settings',
    '/api/v1/cluster-info',
    '/api/v1/namespaces',
    run,
    `${run}/history`,
    '/api/v1/namespaces/simulated/workers',
    '/nowhere',
    '//nowhere',
    '/%zz',
  ]) {
    const answer = await ask(ui, path, {});
    told.push(`UI ${path} ${JSON.stringify(answer)}`);
  }
  for (const path of [
    '/',
    `/v1/reels/${reel.id}`,
    '/v1/reels',
    '/openapi.json',
    '/readyz',
    '/metrics',
    '/v1/account',
    '/docs',
  ])
    told.push(JSON.stringify(await ask(new URL(api.url).host, path, {})));
  for (const path of ['/', '/_simulator/ledger'])
    told.push(JSON.stringify(await ask(new URL(service.place('Simulator')).host, path, {})));
  const logs = join(folder, 'data/logs');
  for (const log of readdirSync(logs)) told.push(readFileSync(join(logs, log), 'utf8'));
  told.push(readFileSync(join(folder, 'data/lock'), 'utf8'));

  expect(told.filter((text) => text.includes(host) || new RegExp(`:${port}\\b`).test(text))).toEqual([]);
  expect(told.some((text) => text.includes('UI / {"status":200'))).toBe(true);
});

test('the UI itself works: its page, its reads, and its buttons', async () => {
  const ui = new URL(service.place('Temporal UI')).host;
  const own = { 'sec-fetch-site': 'same-origin', origin: new URL(service.place('Temporal UI')).origin };
  const page = await ask(ui, '/', { 'sec-fetch-site': 'none' });
  const cookie = /_csrf=(\w+)/.exec(String(page?.headers['set-cookie']))?.[1] ?? '';
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<!doctype html>') });

  const run = `/api/v1/namespaces/simulated/workflows/reel-${reel.id}`;
  expect(await ask(ui, `${run}/history`, own)).toMatchObject({ status: 200 });
  const csrf = { cookie: `_csrf=${cookie}`, 'x-csrf-token': cookie };
  const json = { 'content-type': 'application/json' };
  // Temporal itself answers: the reel has ended.
  expect(await ask(ui, `${run}/terminate`, { ...own, ...json, ...csrf }, '{}')).toMatchObject({
    status: 404,
    text: expect.stringContaining('already completed'),
  });
});
