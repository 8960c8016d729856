import { createServer, type Server, type Socket } from 'node:net';
import { Client, type Connection } from '@temporalio/client';
import { once } from '../../src/api/http/shared-calls';
import { connectLazily } from '../../src/api/temporal/temporal-connection';
import { makeHead, queuedState } from '../../src/domain/reel';
import { ensureSearchAttributes } from '../../src/platform/temporal/ensure-search-attributes';
import { type Api, problemOf, reelOf, startApi } from '../support/api';
import { localTemporal } from '../../tools/stack/temporal';
import { reservePort } from '../../tools/stack/reserve-port';

const body = { promptText: 'Snow falls on a small town' };

let api: Api;
let connection: Connection;

async function apiAt(port: number): Promise<void> {
  connection = connectLazily({ address: `127.0.0.1:${port}` });
  const client = new Client({ connection });
  const prepareTemporal = once(() => ensureSearchAttributes(connection.operatorService, 'default'));
  api = await startApi(client, { prepareTemporal });
}

afterEach(async () => {
  await api?.close();
  await connection?.close();
});

test('while Temporal is down, nothing hangs, nothing starts, and what has ended can be read', async () => {
  await apiAt(await reservePort());
  const answer = await api.post('/v1/reels', body);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  const problem = await problemOf(answer);
  expect(problem).toMatchObject({ code: 'temporal_unreachable', status: 503 });
  expect(problem.detail).toContain('Nothing was started');

  const id = `sim-${'a'.repeat(26)}`;
  expect((await api.fetch(`/v1/reels/${id}`)).status).toBe(503);
  // The database is there, and holds no reel that Temporal would have to be asked about.
  expect(await (await api.fetch('/v1/reels')).json()).toEqual({ reels: [], nextCursor: null });
  expect((await api.fetch('/healthz')).status).toBe(200);
  expect(await problemOf(api.fetch('/readyz'))).toMatchObject({
    code: 'not_ready',
    parts: { temporal: 'down', worker: 'unknown', waits: 'unknown', storage: 'up' },
  });

  await writeFinished(id);
  expect(await reelOf(api.fetch(`/v1/reels/${id}`))).toMatchObject({ id, status: 'cancelled' });
});

describe('a Temporal that accepts connections and never answers', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  test('is a 503 within 15 s', async () => {
    const address = server.address();
    await apiAt(typeof address === 'object' ? (address?.port ?? 0) : 0);
    const answer = await api.post('/v1/reels', body);
    expect(answer.status).toBe(503);
    const lines = api
      .log()
      .split('\n')
      .filter((line) => line.includes('"answered"'));
    const { ms } = JSON.parse(lines[0] ?? '{}') as { ms: number };
    expect(ms).toBeLessThan(15_000);
  });
});

test('an API that was started before Temporal makes reels once it is there', async () => {
  const port = await reservePort();
  await apiAt(port);
  expect((await api.post('/v1/reels', body)).status).toBe(503);
  const temporal = await localTemporal({ ip: '127.0.0.1', port });
  try {
    let answer = await api.post('/v1/reels', body);
    while (answer.status === 503) answer = await api.post('/v1/reels', body);
    expect(answer.status).toBe(202);
  } finally {
    await temporal.teardown();
  }
});

async function writeFinished(id: string): Promise<void> {
  const head = makeHead({
    id,
    client: 'local',
    bodyHash: '',
    createdAt: new Date().toISOString(),
    backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' },
    request: { ...body, model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
    estimatedCredits: 80,
  });
  const state = { ...queuedState(head), status: 'cancelled', phase: 'done' } as const;
  await api.storage.writeRecord({ schemaVersion: 1, workflowId: `reel-${id}`, head, state });
}
