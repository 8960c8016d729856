/** `npm start` whose Temporal has lost its database, at several steps of a reel at once: everything is killed before. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Reel } from '../../src/contract/schemas/reel';
import { queuedState, type ReelRecord } from '../../src/domain/reel';
import { type NamedProcess, readLock } from '../../src/local/processes/data-dir-lock';
import { identify, isRunning } from '../../src/local/processes/process-identity';
import type { LedgerView } from '../../src/simulator/ledger/ledger-view';
import { eventually } from '../../tools/stack/eventually';
import { type Receiver, startReceiver } from '../support/receiver';
import { temporalCli } from '../../tools/stack/temporal';

const ROOT = resolve(__dirname, '../..');
const SECRET = 'whsec_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=';

let folder: string;
let receiver: Receiver;
const started: NamedProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lost-database-'));
  receiver = await startReceiver(SECRET);
  await temporalCli();
});
afterAll(async () => {
  await endAll('SIGKILL');
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Service {
  readonly api: string;
  readonly output: () => string;
}

/** Starts it in an empty folder, so that no `.env` is read, and without any setting of this machine. */
async function npmStart(): Promise<Service> {
  const main = ['--require', join(ROOT, 'tools/typescript.js'), join(ROOT, 'src/local/main.ts')];
  const child = spawn(process.execPath, main, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: homedir(),
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
      PORT: '0',
      TEMPORAL_PORT: '0',
      TEMPORAL_UI_PORT: '0',
      SIMULATOR_PORT: '0',
      METRICS_PORT: '',
      LOST_ANSWER_QUIET: '1s',
      WEBHOOK_SECRET: SECRET,
      WEBHOOK_ALLOW_LOOPBACK: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  const ready = () => output.includes('Ctrl-C stops everything') || child.exitCode !== null;
  const self = identify(child.pid ?? 0);
  if (self) started.push({ ...self, name: 'supervisor', stopGraceMs: 0 });
  await eventually('the banner, or the end', ready);
  const lock = readLock(join(folder, 'data/lock'));
  started.push(...(lock?.children ?? []));
  return { api: lock?.address ?? output, output: () => output };
}

async function endAll(signal: NodeJS.Signals): Promise<void> {
  const left = started.filter(isRunning);
  for (const { pid } of left) process.kill(pid, signal);
  await eventually('all have ended', () => !left.some(isRunning));
}

function signal(name: string, signal: NodeJS.Signals): void {
  const child = started.filter(isRunning).find((process) => process.name === name);
  if (!child) throw new Error(`no ${name} is running`);
  process.kill(child.pid, signal);
}

async function json<T>(url: string, body?: unknown): Promise<T> {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const answer = await fetch(url, body === undefined ? {} : post);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

const recordFile = (id: string): string => join(folder, 'data/simulated/reels', id, 'reel.json');
const database = (): string => join(folder, 'data/temporal.db');

test('reels outlive the loss of the database: each ends, with one task and one file, and its webhook comes', async () => {
  receiver.answers({ status: 503 });
  let service = await npmStart();
  const order = (promptText: string, more: object = {}) =>
    json<Reel>(`${service.api}/v1/reels`, { promptText, ...more });
  const read = (id: string) => json<Reel>(`${service.api}/v1/reels/${id}`);
  const until = (id: string, what: string, is: (reel: Reel) => boolean) =>
    eventually(what, async () => is(await read(id)));
  const has = (status: Reel['status']) => (reel: Reel) => reel.status === status;

  const [told, stored, asking] = [
    await order('A lantern', { webhookUrl: receiver.url }),
    await order('A river'),
    await order('A storm #lost-504-with-task', { onLostAnswer: 'ask' }),
  ];
  await until(told.id, 'the first is made', has('succeeded'));
  await until(stored.id, 'the second is made', has('succeeded'));
  await until(asking.id, 'the third asks', has('needs_decision'));
  await eventually('its webhook was tried', () => receiver.received.length > 0);
  const running = await order('A train');
  await until(running.id, 'its task runs', ({ generations }) => generations[0]?.runwayTaskId !== undefined);
  const file = (await read(stored.id)).video?.sha256;
  // No worker comes to this one.
  signal('worker', 'SIGSTOP');
  const accepted = await order('A bridge');

  await endAll('SIGKILL');
  // Its file is stored, and its run did not come to write that down.
  const record = JSON.parse(readFileSync(recordFile(stored.id), 'utf8')) as ReelRecord;
  writeFileSync(recordFile(stored.id), JSON.stringify({ ...record, state: queuedState(record.head) }));
  writeFileSync(database(), 'no database any more');
  receiver.answers({ status: 204 });

  service = await npmStart();
  expect(service.output()).toContain("Temporal's database cannot be read: ");
  expect(service.output()).toContain('4 unfinished reels go on, 1 webhook is sent again.');
  expect(readdirSync(join(folder, 'data')).join()).toContain('temporal.db.damaged-');
  await until(running.id, 'the running one is made', has('succeeded'));
  await until(accepted.id, 'the accepted one is made', has('succeeded'));
  await until(stored.id, 'the stored one is made', has('succeeded'));
  expect((await read(stored.id)).video?.sha256).toBe(file);
  await until(asking.id, 'the third asks again', has('needs_decision'));
  await eventually('the webhook came', () => receiver.received.length > 1);
  expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set([`msg_${told.id}_succeeded`]));

  await endAll('SIGKILL');
  for (const part of ['', '-wal', '-shm']) rmSync(database() + part, { force: true });
  service = await npmStart();
  expect(service.output()).toContain('1 unfinished reel goes on');
  await until(asking.id, 'the third asks once more', has('needs_decision'));
  await json(`${service.api}/v1/reels/${asking.id}/resolve`, { action: 'abandon' });
  await until(asking.id, 'the third ends', has('failed'));

  const reels = await Promise.all([told, stored, asking, running, accepted].map(({ id }) => read(id)));
  const simulator = /Simulator +(http:\/\/\S+)/.exec(service.output())?.[1] ?? '';
  const books = await json<LedgerView>(`${simulator}/_simulator/ledger`);
  expect(books.posts).toHaveLength(reels.length);
  const sum = (of: 'charged' | 'uncertain') => reels.reduce((total, { credits }) => total + credits[of], 0);
  expect(sum('charged') + sum('uncertain')).toBe(books.credits.charged);

  await endAll('SIGKILL');
  service = await npmStart();
  expect(service.output()).not.toContain('Temporal is new');
});
