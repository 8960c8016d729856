/** `npm start` as a person meets it: the real supervisor with the real Temporal, simulator, worker and API. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLock } from '../../src/local/processes/data-dir-lock';
import type { LedgerView } from '../../src/simulator/ledger/ledger-view';
import { ApiClient } from '../../tools/stack/api-client';
import { ROOT } from '../../tools/stack/build';
import { eventually } from '../../tools/stack/eventually';
import { NpmStart } from '../../tools/stack/npm-start';
import { temporalCli } from '../../tools/stack/temporal';

let folder: string;
let dataDir: string;
let starts: NpmStart[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'service-'));
  dataDir = join(folder, 'data');
  starts = [];
});
afterEach(async () => {
  for (const start of starts) start.signal('SIGKILL');
  const left = starts.flatMap(({ running }) => running);
  for (const start of starts) await start.kill();
  rmSync(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

/** Starts it in an empty folder, so that no `.env` is read. */
function npmStart(settings: NodeJS.ProcessEnv = {}): NpmStart {
  const start = NpmStart.ofSources(folder, settings);
  starts.push(start);
  return start;
}

test('a bad setting stops the start with its name, and exit code 2', async () => {
  const start = npmStart({ PORT: 'three thousand' });
  expect(await start.ended()).toBe(2);
  expect(start.output).toBe('PORT must be a whole number\n');
});

test('nothing in a name controls the terminal', async () => {
  const file = join(folder, '\u001b]0;title\u0007\u009b31m\u202edata');
  writeFileSync(file, '');
  const start = npmStart({ DATA_DIR: file });
  expect(await start.ended()).toBe(1);
  expect(start.output).toBe(
    `DATA_DIR ${folder}/]0;title31mdata cannot be used (ENOTDIR): name a folder that can be written.\n`,
  );
});

test('a port in use stops the start with the fix, and leaves no lock', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const start = npmStart({ PORT: String(port) });
  expect(await start.ended()).toBe(1);
  expect(start.output).toMatch(`Port ${port} (PORT) is in use by another program.`);
  expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  other.close();
  await once(other, 'close');
});

test('a reel outlives kill -9 of all processes, is paid for once, and Ctrl-C ends everything in order', async () => {
  await temporalCli();
  const first = npmStart();
  const api = await first.ready();
  expect(first.output).toContain('NO RUNWAY KEY IS SET');

  const second = npmStart();
  expect(await second.ended()).toBe(1);
  expect(second.output).toBe(
    `Another npm start (process ${first.pid}, ${api.url}) uses this data folder. ` +
      'Stop it with Ctrl-C, or give this one a DATA_DIR, PORT, TEMPORAL_PORT and TEMPORAL_UI_PORT of its own.\n',
  );

  const { id, links } = await api.order('Lanterns in a snowy street');
  // The banner's link opens the list in which this reel's run stands.
  expect(links.temporal).toMatch(`${first.place('Temporal UI')}/reel-${id}/`);
  await api.until(
    id,
    'Runway has accepted the generation',
    ({ generations }) => generations[0]?.runwayTaskId !== undefined,
  );
  await first.kill();

  const again = npmStart();
  await (await again.ready()).until(id, 'the end', ({ status }) => status === 'succeeded');
  const books = await new ApiClient(again.place('Simulator')).get<LedgerView>('/_simulator/ledger');
  expect(books.posts).toHaveLength(1);

  again.signal('SIGINT');
  expect(await again.ended()).toBe(0);
  expect(again.output).toContain('Stopped. Unfinished reels go on at the next start.');
  expect(again.running).toEqual([]);
  expect(existsSync(join(dataDir, 'lock'))).toBe(false);
});

test('a worker whose event loop stands still is started again, and does not outlive a supervisor that is killed', async () => {
  await temporalCli();
  const first = npmStart({
    NODE_OPTIONS: `--require ${join(ROOT, 'test/support/spin-on-signal.js')}`,
    STANDSTILL_LIMIT: '10s',
  });
  const api = await first.ready();
  const workerOf = () => readLock(join(dataDir, 'lock'))?.children.find(({ name }) => name === 'worker');
  const before = workerOf();

  process.kill(before?.pid ?? NaN, 'SIGUSR2');
  const worker = await eventually('another worker runs', () => {
    const now = workerOf();
    return now !== undefined && now.pid !== before?.pid && now;
  });
  expect(first.output).toMatch(/FATAL: this process is killed: its event loop has stood still for 10 s/);
  expect(first.output).toMatch('The worker ended (killed by SIGKILL); starting it again in 1 s.');
  const { id } = await api.order('A kite over a field');
  await api.until(id, 'the end', ({ status }) => status === 'succeeded');
  expect(first.running).toContainEqual(worker);

  process.kill(worker.pid, 'SIGUSR2');
  first.signal('SIGKILL');
  await eventually('all have ended', () => first.running.length === 0);
});
