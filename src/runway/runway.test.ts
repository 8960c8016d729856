import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRunway, type Runway } from './runway';

const TASK_ID = '695f1a48-dd9f-4f21-8b52-0a4f6d2f2c11';
const NO_TASK = JSON.stringify({ error: 'Could not find Task' });
const create = {
  endpoint: 'text_to_video',
  promptText: 'A calm sea',
  body: { model: 'veo3.1_fast', promptText: 'A calm sea', ratio: '720:1280', duration: 8, audio: false },
} as const;

let server: Server;
let runway: Runway;
let requests: IncomingMessage[];
let answer: { status: number; body?: string; headers?: Record<string, string> };
beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    request.resume().on('end', () => response.writeHead(answer.status, answer.headers).end(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  runway = createRunway({ apiSecret: `key_${'5'.repeat(128)}`, baseUrl: `http://127.0.0.1:${port}` });
});
afterEach(async () => {
  await runway.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const submit = () => runway.submit(create, { timeoutMs: 5_000, sendBefore: Date.now() + 5_000 });

test.each([400, 408, 409, 429, 500, 502, 503, 504])(
  'a create that Runway answers with %i is one POST: the SDK sends none of its own',
  async (status) => {
    // Both headers make the SDK try again, if it may.
    const headers = { 'retry-after': '0', 'x-should-retry': 'true' };
    answer = { status, body: JSON.stringify({ error: 'No.' }), headers };
    expect((await submit()).kind).not.toBe('created');
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /v1/text_to_video']);
  },
);

test('a read is one GET, and says what the task says', async () => {
  answer = { status: 200, body: JSON.stringify({ id: TASK_ID, status: 'RUNNING', progress: 0.5 }) };
  expect(await runway.readTask(TASK_ID)).toMatchObject({ kind: 'task', task: { progress: 0.5 } });
  answer = { status: 500, body: NO_TASK };
  expect(await runway.readTask(TASK_ID)).toMatchObject({ kind: 'fault' });
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
    Array(2).fill(`GET /v1/tasks/${TASK_ID}`),
  );
});

describe('a delete', () => {
  test.each([
    [204, undefined],
    [404, NO_TASK],
  ])('is done when Runway answers %i %s', async (status, body) => {
    answer = { status, body };
    expect(await runway.deleteTask(TASK_ID)).toEqual({ deleted: true });
  });

  test.each([
    [404, '<html>no such page</html>'],
    [200, '<html>please log in</html>'],
    [302, ''],
    [401, NO_TASK],
    [429, NO_TASK],
    [500, NO_TASK],
  ])('is not done when the answer is %i %s: the task may go on and be charged', async (status, body) => {
    answer = { status, body };
    expect(await runway.deleteTask(TASK_ID)).toMatchObject({ deleted: false });
    expect(requests).toHaveLength(1);
  });
});
