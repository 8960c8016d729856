/** `npm start` as a person meets it: the real supervisor with the real Temporal, simulator, worker and API. */
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLock } from '../../src/local/processes/data-dir-lock';
import type { LedgerView } from '../../src/simulator/ledger/ledger-view';
import { ApiClient } from '../../tools/stack/api-client';
import { ROOT } from '../../tools/stack/build';
import { eventually } from '../../tools/stack/eventually';
import { NpmStart } from '../../tools/stack/npm-start';
import { reservePort } from '../../tools/stack/reserve-port';
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

describe('a Temporal that ends while it starts', () => {
  /** What it says when another program has taken one of the ports for its own parts. */
  const PANIC = 'panic: runtime error: invalid memory address or nil pointer dereference';
  const held = (nth: number): string => join(folder, `held-${nth}`);
  const starts = (): string[] => readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n');

  /** The real one, but for the starts that panic. One of them waits for as long as its `held` file is there. */
  async function temporalThatPanicsAt(...nths: number[]): Promise<NodeJS.ProcessEnv> {
    const file = join(folder, 'temporal');
    const script = `#!/bin/sh
if [ "$1" = server ]; then
  echo "$@" >> '${join(folder, 'starts')}'
  nth=$(grep -c . '${join(folder, 'starts')}')
  case " ${nths.join(' ')} " in *" $nth "*)
    while [ -e "${folder}/held-$nth" ]; do sleep 0.1; done
    echo '${PANIC}' >&2
    exit 2 ;;
  esac
fi
exec '${await temporalCli()}' "$@"
`;
    writeFileSync(file, script, { mode: 0o755 });
    return { TEMPORAL_CLI_PATH: file };
  }

  /** What stands on the terminal. */
  const again = (nth: number): string =>
    `The Temporal server ended while starting (exit code 2); starting it again (${nth} of 2 times). Its log: ${dataDir}/logs/temporal.log\n`;

  /** Takes the port of Temporal's first start, which is held, and lets that go on to its end. */
  async function takePortOfFirst(): Promise<Server> {
    const port = await eventually('the first start', () =>
      existsSync(join(folder, 'starts')) ? /--port (\d+)/.exec(starts()[0] ?? '')?.[1] : undefined,
    );
    // Whoever connects is let go: the end of this server waits for nobody.
    const other = createServer((socket) => socket.destroy()).listen(Number(port), '127.0.0.1');
    await once(other, 'listening');
    rmSync(held(1));
    return other;
  }

  test('is started again, with another port where none is set, and the service is ready', async () => {
    writeFileSync(held(1), '');
    const start = npmStart(await temporalThatPanicsAt(1));
    const other = await takePortOfFirst();
    const api = await start.ready();
    expect(start.output.split('Temporal server ended')).toHaveLength(2);
    expect(start.output).toContain(again(1));
    const { id } = await api.order('A lantern');
    await api.until(id, 'the end', ({ status }) => status === 'succeeded');
    await start.stop();
    other.close();
    await once(other, 'close');
  });

  test('three times fails the start, with the last words of its log', async () => {
    const start = npmStart(await temporalThatPanicsAt(1, 2, 3, 4));
    expect(await start.ended()).toBe(1);
    expect(start.output.split('\n').slice(-5).join('\n')).toBe(
      `${again(1)}${again(2)}The Temporal server ended while starting (exit code 2). The end of ${dataDir}/logs/temporal.log:\n  ${PANIC}\n`,
    );
    expect(starts()).toHaveLength(3);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  test('is started with a new database where that is what it ends with, before or after', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'temporal.db'), 'no database');
    const start = npmStart(await temporalThatPanicsAt(1, 3));
    await start.ready();
    expect(start.output).toMatch(
      /\(1 of 2 times\)[^]*Temporal's database cannot be read: [^]*\(2 of 2 times\)/,
    );
    expect(readdirSync(dataDir).join()).toContain('temporal.db.damaged-');
    expect(starts()).toHaveLength(4);
    await start.stop();
  });

  test('is not started again where the port that a setting names has been taken meanwhile', async () => {
    const port = await reservePort();
    writeFileSync(held(1), '');
    const start = npmStart({ ...(await temporalThatPanicsAt(1)), TEMPORAL_PORT: String(port) });
    const other = await takePortOfFirst();
    expect(await start.ended()).toBe(1);
    expect(start.output).toMatch(
      new RegExp(`\nPort ${port} \\(TEMPORAL_PORT\\) is in use by another program\\..*\n$`),
    );
    expect(starts()).toHaveLength(1);
    other.close();
    await once(other, 'close');
  });

  test('is stopped by Ctrl-C in its second start, and no third one follows', async () => {
    writeFileSync(held(2), '');
    const start = npmStart(await temporalThatPanicsAt(1, 2));
    await eventually('the second start', () => existsSync(join(folder, 'starts')) && starts().length === 2);
    start.signal('SIGINT');
    expect(await start.ended()).toBe(0);
    expect(start.output).toContain('Stopped. Unfinished reels go on at the next start.');
    expect(start.running).toEqual([]);
    expect(starts()).toHaveLength(2);
  });
});
