/** `dist/simulator/main.js` as a process: its one line, its ends, and its books after a kill. Needs `npm run build`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LedgerView } from '../../src/simulator/ledger/ledger-view';
import { eventually } from '../../tools/stack/eventually';

const MAIN = join(__dirname, '../../dist/simulator/main.js');

const children: ChildProcess[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await rm(folder, { recursive: true });
});

function launch(env: Record<string, string>, ipc = false): ChildProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

async function urlOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  expect(line).toMatch(/^simulator listening on http:\/\/127\.0\.0\.1:\d+$/);
  return line.slice('simulator listening on '.length);
}

function post(url: string): Promise<Response> {
  return fetch(`${url}/v1/text_to_video`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer key_practice',
      'x-runway-version': '2024-11-06',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: 'veo3.1_fast', ratio: '720:1280', promptText: 'a boat' }),
  });
}

test('after a kill the books are the same', async () => {
  const env = { SIMULATOR_DATA: join(folder, 'simulator.jsonl'), SIMULATOR_TASK_SECONDS: '3600' };
  const first = launch(env);
  const url = await urlOf(first);
  const { id } = (await (await post(url)).json()) as { id: string };
  first.kill('SIGKILL');
  await once(first, 'exit');

  const again = await urlOf(launch(env));
  const books = (await (await fetch(`${again}/_simulator/ledger`)).json()) as LedgerView;
  expect(books.tasks).toEqual([expect.objectContaining({ id, status: 'PENDING' })]);
});

test('SIGTERM ends it with 0, also while a request hangs', async () => {
  const child = launch({});
  const url = await urlOf(child);
  const hanging = fetch(`${url}/v1/text_to_video`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer key_practice',
      'x-runway-version': '2024-11-06',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: 'veo3.1_fast', ratio: '720:1280', promptText: '#lost-hang' }),
  });
  const refused = expect(hanging).rejects.toThrow();
  // The POST is in the books before it hangs.
  await eventually('it hangs', async () => {
    const books = (await (await fetch(`${url}/_simulator/ledger`)).json()) as LedgerView;
    return books.posts.some(({ answer }) => answer === 'hang');
  });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await refused;
});

test('it ends when its supervisor is gone', async () => {
  const child = launch({}, true);
  await urlOf(child);
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a port that is taken or none at all stops the start with one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  for (const [value, message] of [
    [String(port), 'EADDRINUSE'],
    ['high', 'SIMULATOR_PORT'],
  ] as const) {
    const child = launch({ SIMULATOR_PORT: value });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(errors).toMatch(new RegExp(`^simulator: .*${message}.*\n$`));
  }
  taken.close();
});
