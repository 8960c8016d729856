import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../../tools/stack/eventually';
import { readStandstills } from '../../src/platform/standstills';

const HOOK = resolve(__dirname, '../../tools/typescript.js');
const LIMIT_MS = 3_000;

let root: string;
let started: Watched[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'event-loop-watch-'));
  started = [];
});
afterEach(() => {
  for (const { child } of started) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** A watched process that answers what it is sent, and spins for ever at SIGUSR2. */
class Watched {
  output = '';

  private constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (data) => (this.output += String(data)));
  }

  static async start({
    env = {},
    first = '',
    limitMs = LIMIT_MS,
  }: { env?: NodeJS.ProcessEnv; first?: string; limitMs?: number } = {}): Promise<Watched> {
    const options = JSON.stringify({ name: 'worker', limitMs, storageRoot: root });
    const script = `
      ${first};
      require(${JSON.stringify(join(__dirname, '../../src/platform/event-loop-watch.ts'))}).watchEventLoop(${options}, process.env);
      process.on('SIGUSR2', () => { for (;;); });
      process.stdin.on('data', (line) => console.log('heard ' + line));
      console.log('ready');
    `;
    const child = spawn(process.execPath, ['--require', HOOK, '-e', script], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const watched = new Watched(child);
    started.push(watched);
    await eventually('the process is ready', () => watched.output.includes('ready'));
    return watched;
  }

  /** Spins, and is killed for it. */
  async spinsToItsEnd(): Promise<void> {
    this.child.kill('SIGUSR2');
    expect(await this.ended()).toBe('SIGKILL');
  }

  async ended(): Promise<NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.signalCode;
  }

  async answers(text: string): Promise<void> {
    this.child.stdin?.write(`${text}\n`);
    await eventually(`it answers to ${text}`, () => this.output.includes(`heard ${text}`));
  }
}

test('a process whose event loop stands still is named in the storage, and killed with a line in its log', async () => {
  const watched = await Watched.start();
  expect(await readStandstills(root)).toEqual([]);
  watched.child.kill('SIGUSR2');
  const [named] = await eventually('it is named', async () => {
    const found = await readStandstills(root);
    return found.length > 0 && found;
  });
  expect(named).toMatchObject({ process: 'worker', pid: watched.child.pid });
  expect(named?.seconds).toBeGreaterThanOrEqual(1);
  expect(await watched.ended()).toBe('SIGKILL');
  const last = JSON.parse(watched.output.trim().split('\n').at(-1) ?? '') as object;
  expect(last).toMatchObject({
    level: 'fatal',
    name: 'worker',
    msg: expect.stringMatching(/^this process is killed: its event loop has stood still for [\d.]+ s$/),
  });
  expect(await readStandstills(root)).toEqual([]);
});

test('the note of a standstill that passes is taken back', async () => {
  // Named after a third of the limit, it stands still until that was seen.
  const seen = join(root, 'seen');
  const watched = await Watched.start({
    first: `process.on('SIGURG', () => { while (!require('node:fs').existsSync(${JSON.stringify(seen)})); })`,
    limitMs: 4 * LIMIT_MS,
  });
  watched.child.kill('SIGURG');
  await eventually('it is named', async () => (await readStandstills(root)).length > 0);
  writeFileSync(seen, '');
  await eventually('it is named no more', async () => (await readStandstills(root)).length === 0);
  await watched.answers('are you there?');
});

test('one that nobody reads from is killed as well', async () => {
  const watched = await Watched.start();
  watched.child.stdout?.destroy();
  await watched.spinsToItsEnd();
});

test('a process that was stopped for longer than the limit, as all are on a machine that sleeps, goes on', async () => {
  const [stopped, spinning] = [await Watched.start(), await Watched.start()];
  stopped.child.kill('SIGSTOP');
  // Its end comes when the limit has passed for both.
  await spinning.spinsToItsEnd();
  const next = await Watched.start();
  stopped.child.kill('SIGCONT');
  await stopped.answers('first');
  await next.spinsToItsEnd();
  await stopped.answers('second');
});

test('a debugger may halt a process for as long as it likes', async () => {
  const halted = await Watched.start({ first: "require('node:inspector').open(0)" });
  const other = await Watched.start();
  halted.child.kill('SIGUSR2');
  await other.spinsToItsEnd();
  expect(halted.child.signalCode).toBeNull();
});

test('a process whose supervisor is gone is killed after its grace, whatever it does', async () => {
  const gone = await Watched.start();
  gone.child.kill('SIGKILL');
  await gone.ended();
  const env = { SUPERVISED_BY: String(gone.child.pid), ORPHAN_GRACE_MS: '1000' };
  const orphan = await Watched.start({ env });
  expect(await orphan.ended()).toBe('SIGKILL');
  expect(orphan.output).toContain('its supervisor is gone, and it has not ended by itself within 1 s');
});

test('what a killed process left behind counts for a moment only, and is removed later', async () => {
  const folder = join(root, 'standing-still');
  mkdirSync(folder);
  const left = { process: 'worker', pid: 7, identity: '7@host', seconds: 20 };
  for (const [name, ageS] of [
    ['7@host', 0],
    ['8@host', 60],
    ['9@host', 7_200],
  ] as const) {
    writeFileSync(join(folder, name), JSON.stringify(left));
    const at = Date.now() / 1_000 - ageS;
    utimesSync(join(folder, name), at, at);
  }
  expect(await readStandstills(root)).toEqual([left]);
  await Watched.start();
  await eventually('the oldest is gone', () => !readdirSync(folder).includes('9@host'));
  expect(readdirSync(folder)).toEqual(['7@host', '8@host']);
});
