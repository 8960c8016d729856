/** What callers may hold of an API process: memory, slots, descriptors. Each case locked others out of 0.1.0. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { addressOf, dataFolder, startLonelyApi } from '../support/processes';
import { eventually } from '../../tools/stack/eventually';
import type { Child } from '../../tools/stack/child';

const KEYS = { alice: 'planted-secret-of-alice', bob: 'planted-secret-of-bob' };
const MEGABYTE = 1_000_000;

let data: Awaited<ReturnType<typeof dataFolder>>;
let api: Child;
let url: URL;
let sockets: Socket[] = [];

async function start(openFiles?: number): Promise<void> {
  const keys = Object.entries(KEYS).map(([client, key]) => `${client}:${key}`);
  const env = { REEL_API_KEYS: keys.join(), CLIENT_REQUESTS_PER_SECOND: '10000' };
  api = await startLonelyApi(data.path, env, openFiles);
  url = new URL(await addressOf(api));
}

beforeEach(async () => {
  data = await dataFolder();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await api.end();
  await data.remove();
});

interface Held {
  /** Everything that came so far. */
  readonly answer: () => string;
  readonly socket: Socket;
}

/** Sends the bytes and nothing more. @param from an address of this machine. */
function hold(bytes: Buffer | string, from = '127.0.0.1'): Promise<Held> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: url.hostname, port: Number(url.port), localAddress: from });
    sockets.push(socket);
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => undefined);
    const held = { socket, answer: () => text };
    socket.on('connect', () => socket.write(bytes, () => resolve(held)));
    socket.on('close', () => resolve(held));
  });
}

const many = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make));

const head = (path: string, headers: Record<string, string>) =>
  [
    `POST ${path} HTTP/1.1`,
    `Host: ${url.host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

/** A request whose body is all there but for its last chunk, which never comes. */
function withoutEnd(path: string, headers: Record<string, string>, body: Buffer): Buffer {
  const json = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked', ...headers };
  const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
  return Buffer.concat([Buffer.from(head(path, json)), chunk]);
}

/** @param from an address of this machine. */
function ask(
  path: string,
  {
    method = 'GET',
    body,
    from,
    headers,
  }: { method?: string; body?: string; from: string; headers?: Record<string, string> },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const call = request(
      new URL(path, url),
      { method, localAddress: from, agent: false, headers: { ...json, ...headers } },
      (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
      },
    );
    call.on('error', reject).end(body);
  });
}

const signIn = (from: string) =>
  ask('/v1/session', { method: 'POST', from, body: JSON.stringify({ key: KEYS.alice }) });

async function memory(): Promise<number> {
  const status = await readFile(`/proc/${api.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

const bomb = `{"key":"${'x'.repeat(5_900_000)}"}`;
const COMPRESSED = {
  gzip: gzipSync(bomb),
  deflate: deflateSync(bomb),
  // The largest window that a decoder has to keep: 16 MB.
  br: brotliCompressSync(bomb, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } }),
};

test.each(Object.keys(COMPRESSED) as (keyof typeof COMPRESSED)[])(
  '256 bodies in %s that inflate to 5.9 MB and never end take no memory, with a key or without',
  async (encoding) => {
    await start();
    await ask('/healthz', { from: '127.0.0.1' });
    const before = await memory();
    const body = COMPRESSED[encoding].subarray(0, -1);
    const headers = { 'Content-Encoding': encoding };
    const anonymous = await many(256, () => hold(withoutEnd('/v1/session', headers, body)));
    await eventually('all refusals', () => anonymous.every(({ answer }) => answer().includes('HTTP/1.1 ')));
    expect(
      anonymous.filter(({ answer }) => !/^HTTP\/1.1 415 .*without Content-Encoding/s.test(answer())),
    ).toEqual([]);

    const known = { ...headers, Authorization: `Bearer ${KEYS.bob}` };
    await many(256, () => hold(withoutEnd('/v1/reels', known, body)));
    expect((await signIn('127.0.0.2')).status).toBe(200);
    expect((await memory()) - before).toBeLessThan(100 * MEGABYTE);
  },
);

test('256 large bodies of one client at once are bounded by their bytes, and leave room for another client', async () => {
  await start();
  const authorization = { Authorization: `Bearer ${KEYS.bob}` };
  expect((await ask('/v1/models', { from: '127.0.0.1', headers: authorization })).status).toBe(200);
  const before = await memory();
  const held = await many(256, () =>
    hold(withoutEnd('/v1/reels', authorization, Buffer.alloc(1_000_000, 0x20))),
  );
  const answered = () => held.filter(({ answer }) => answer() !== '');
  // 32 MB of one client.
  await eventually('the refusals', () => answered().length >= 256 - 32);
  // On a slow machine some are silent for too long before it is their turn.
  const busy = answered().filter(({ answer }) => !answer().startsWith('HTTP/1.1 408 '));
  expect(busy.length).toBeGreaterThanOrEqual(128);
  for (const { answer } of busy) {
    expect(answer()).toMatch(/^HTTP\/1.1 503 .*\r\nRetry-After: 2\r\n.*"overloaded"/s);
  }
  const other = { Authorization: `Bearer ${KEYS.alice}` };
  const estimate = await ask('/v1/estimate', {
    method: 'POST',
    from: '127.0.0.1',
    headers: other,
    body: JSON.stringify({ promptText: 'Snow', padding: 'x'.repeat(5_000_000) }),
  });
  expect(estimate.status).toBe(400);
  expect((await memory()) - before).toBeLessThan(200 * MEGABYTE);
});

test('256 bodies of which one byte came hold nobody up, and end in time', async () => {
  await start();
  const bytes = head('/v1/session', { 'Content-Type': 'application/json', 'Content-Length': '100' }) + '{';
  const held = await many(256, () => hold(bytes));
  const other = await signIn('127.0.0.2');
  expect(other.status).toBe(200);
  // From the same address too: the oldest makes room.
  expect((await signIn('127.0.0.1')).status).toBe(200);
  await eventually('all ends', () => held.every(({ socket }) => socket.closed));
  const statuses = held.map(({ answer }) => /^HTTP\/1.1 (\d+)/.exec(answer())?.[1]);
  expect(statuses.filter((status) => status === '408')).toHaveLength(15);
  expect(statuses.filter((status) => status === '503')).toHaveLength(241);
  expect((await signIn('127.0.0.1')).status).toBe(200);
});

test('700 idle connections with 600 descriptors: others are answered, and never with a fault', async () => {
  await start(600);
  const idle = await many(700, () => hold(''));
  const refused = () => idle.filter(({ socket, answer }) => socket.closed || answer() !== '');
  await eventually('the refusals', () => refused().length >= 500);
  const told = refused().filter(({ answer }) => answer() !== '');
  expect(told.length).toBeGreaterThan(20);
  for (const { answer } of told) {
    expect(answer()).toMatch(/^HTTP\/1.1 503 .*\r\nRetry-After: 2\r\n.*"code":"overloaded"/s);
  }
  expect(refused().length).toBeLessThan(700);
  const other = await many(20, () => ask('/', { from: '127.0.0.2' }));
  expect(other.map(({ status }) => status)).toEqual(Array(20).fill(200));
  // Headers that never come end in time as well.
  await eventually('their end', () => idle.every(({ socket }) => socket.closed));
  expect((await ask('/', { from: '127.0.0.1' })).status).toBe(200);
  expect(api.output).not.toContain('EMFILE');
});

test('answers that nobody reads, asked for from many addresses, hold neither descriptors nor memory', async () => {
  await start(600);
  // Of one connection 8 are taken; each of these is longer than what the system buffers.
  const file = '/docs/viewer/swagger-ui-bundle.js';
  const asked = `GET ${file} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`.repeat(8);
  expect((await ask(file, { from: '127.0.0.1' })).status).toBe(200);
  const before = await memory();
  const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6', '127.0.0.7'];
  for (const from of addresses) {
    const held = await many(16, () => hold(asked, from));
    for (const { socket } of held) socket.pause();
  }
  const others = await many(20, () => ask('/', { from: '127.0.0.9' }));
  expect(others.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect((await ask('/openapi.json', { from: '127.0.0.9' })).status).toBe(200);
  expect((await memory()) - before).toBeLessThan(60 * MEGABYTE);
  expect(api.output).not.toContain('EMFILE');
});

test('requests that a connection sends at once are answered one after the other, and in their order', async () => {
  await start();
  const paths = ['/healthz', '/openapi.json', '/nowhere', '/healthz'];
  const { answer } = await hold(
    paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`).join(''),
  );
  await eventually('all answers', () => (answer().match(/HTTP\/1.1 \d+/g) ?? []).length === paths.length);
  expect(answer().match(/HTTP\/1.1 \d+/g)).toEqual(
    ['200', '200', '404', '200'].map((code) => `HTTP/1.1 ${code}`),
  );
});
