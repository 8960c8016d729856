/** `npm start` as a person meets it: the real supervisor with the real Temporal, simulator, worker and API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type NamedProcess, readLock } from '../../src/local/processes/data-dir-lock';
import { isRunning } from '../../src/local/processes/process-identity';
import type { LedgerView } from '../../src/simulator/ledger/ledger-view';
import { eventually } from '../../tools/stack/eventually';
import { temporalCli } from '../../tools/stack/temporal';

const ROOT = resolve(__dirname, '../..');

let folder: string;
let dataDir: string;
let started: NamedProcess[];
let supervisors: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'service-'));
  dataDir = join(folder, 'data');
  started = [];
  supervisors = [];
});
afterEach(() => {
  for (const supervisor of supervisors) supervisor.kill('SIGKILL');
  const left = started.filter(isRunning);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

/** Starts it in an empty folder, so that no `.env` is read, and without any setting of this machine. */
function npmStart(settings: NodeJS.ProcessEnv = {}): { supervisor: ChildProcess; output: () => string } {
  const supervisor = spawn(
    process.execPath,
    ['--require', join(ROOT, 'tools/typescript.js'), join(ROOT, 'src/local/main.ts')],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: homedir(),
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        PORT: '0',
        TEMPORAL_PORT: '0',
        TEMPORAL_UI_PORT: '0',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  supervisors.push(supervisor);
  let output = '';
  for (const stream of [supervisor.stdout, supervisor.stderr])
    stream.on('data', (data) => (output += String(data)));
  return { supervisor, output: () => output };
}

async function exitOf(supervisor: ChildProcess): Promise<number | null> {
  if (supervisor.exitCode === null && supervisor.signalCode === null) await once(supervisor, 'close');
  return supervisor.exitCode;
}

async function ready({
  supervisor,
  output,
}: ReturnType<typeof npmStart>): Promise<{ api: string; temporalUi: string; simulator: string }> {
  await eventually(
    'the banner, or the end',
    () => output().includes('Ctrl-C stops everything') || supervisor.exitCode !== null,
  );
  started.push(...(readLock(join(dataDir, 'lock'))?.children ?? []));
  const place = (name: string): string =>
    new RegExp(`${name} +(http://\\S+)`).exec(output())?.[1] ?? output();
  return { api: place('Page and API'), temporalUi: place('Temporal UI'), simulator: place('Simulator') };
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  return (await (await fetch(url, init)).json()) as T;
}

test('a bad setting stops the start with its name, and exit code 2', async () => {
  const { supervisor, output } = npmStart({ PORT: 'three thousand' });
  expect(await exitOf(supervisor)).toBe(2);
  expect(output()).toBe('PORT must be a whole number\n');
});

test('nothing in a name controls the terminal', async () => {
  const file = join(folder, '\u001b]0;title\u0007\u009b31m\u202edata');
  writeFileSync(file, '');
  const { supervisor, output } = npmStart({ DATA_DIR: file });
  expect(await exitOf(supervisor)).toBe(1);
  expect(output()).toBe(
    `DATA_DIR ${folder}/]0;title31mdata cannot be used (ENOTDIR): name a folder that can be written.\n`,
  );
});

test('a port in use stops the start with the fix, and leaves no lock', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { supervisor, output } = npmStart({ PORT: String(port) });
  expect(await exitOf(supervisor)).toBe(1);
  expect(output()).toMatch(`Port ${port} (PORT) is in use by another program.`);
  expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  other.close();
  await once(other, 'close');
});

test('a reel outlives kill -9 of all processes, is paid for once, and Ctrl-C ends everything in order', async () => {
  await temporalCli();
  const first = npmStart();
  const { api, temporalUi } = await ready(first);
  expect(first.output()).toContain('NO RUNWAY KEY IS SET');

  const second = npmStart();
  expect(await exitOf(second.supervisor)).toBe(1);
  expect(second.output()).toBe(
    `Another npm start (process ${first.supervisor.pid}, ${api}) uses this data folder. ` +
      'Stop it with Ctrl-C, or give this one a DATA_DIR, PORT, TEMPORAL_PORT and TEMPORAL_UI_PORT of its own.\n',
  );

  const { id, links } = await json<{ id: string; links: { temporal: string } }>(`${api}/v1/reels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ promptText: 'Lanterns in a snowy street' }),
  });
  // The banner's link opens the list in which this reel's run stands.
  expect(links.temporal).toMatch(`${temporalUi}/reel-${id}/`);
  await eventually('Runway has accepted the generation', async () => {
    const reel = await json<{ generations: { runwayTaskId?: string }[] }>(`${api}/v1/reels/${id}`);
    return reel.generations[0]?.runwayTaskId !== undefined;
  });
  for (const { pid } of [...started, { pid: first.supervisor.pid ?? 0 }]) process.kill(pid, 'SIGKILL');
  await exitOf(first.supervisor);

  const again = npmStart();
  const places = await ready(again);
  await eventually(
    'the reel is made',
    async () => (await json<{ status: string }>(`${places.api}/v1/reels/${id}`)).status === 'succeeded',
  );
  const books = await json<LedgerView>(`${places.simulator}/_simulator/ledger`);
  expect(books.posts).toHaveLength(1);

  again.supervisor.kill('SIGINT');
  expect(await exitOf(again.supervisor)).toBe(0);
  expect(again.output()).toContain('Stopped. Unfinished reels go on at the next start.');
  expect(started.filter(isRunning)).toEqual([]);
  expect(existsSync(join(dataDir, 'lock'))).toBe(false);
});

test('a worker whose event loop stands still is started again, and does not outlive a supervisor that is killed', async () => {
  await temporalCli();
  const first = npmStart({
    NODE_OPTIONS: `--require ${join(ROOT, 'test/support/spin-on-signal.js')}`,
    STANDSTILL_LIMIT: '10s',
  });
  const { api } = await ready(first);
  const workerOf = () => readLock(join(dataDir, 'lock'))?.children.find(({ name }) => name === 'worker');
  const before = workerOf();

  process.kill(before?.pid ?? NaN, 'SIGUSR2');
  const worker = await eventually('another worker runs', () => {
    const now = workerOf();
    return now !== undefined && now.pid !== before?.pid && now;
  });
  started.push(worker);
  expect(first.output()).toMatch(/FATAL: this process is killed: its event loop has stood still for 10 s/);
  expect(first.output()).toMatch('The worker ended (killed by SIGKILL); starting it again in 1 s.');
  const { id } = await json<{ id: string }>(`${api}/v1/reels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ promptText: 'A kite over a field' }),
  });
  await eventually(
    'a reel is made',
    async () => (await json<{ status: string }>(`${api}/v1/reels/${id}`)).status === 'succeeded',
  );

  process.kill(worker.pid, 'SIGUSR2');
  first.supervisor.kill('SIGKILL');
  await eventually('all have ended', () => !started.some(isRunning));
});
