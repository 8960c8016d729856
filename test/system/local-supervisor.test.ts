/** The supervisor with real child processes: stand-ins that note what happens to them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ChildSpec } from '../../src/local/processes/child';
import { type NamedProcess, readLock } from '../../src/local/processes/data-dir-lock';
import { identify, isRunning, type ProcessIdentity } from '../../src/local/processes/process-identity';
import { LOG_FILE_BYTES, LOG_FILES } from '../../src/local/logs/rotating-log';
import { Supervisor } from '../../src/local/processes/supervisor';
import { PortInUseError } from '../../src/platform/free-port';
import { TYPESCRIPT } from '../../tools/stack/build';
import { eventually, HANGS_AFTER_MS } from '../../tools/stack/eventually';

const SUPPORT = resolve(__dirname, '../support');

/** The log keeper is TypeScript here. */
process.execArgv.push('--require', TYPESCRIPT);

let folder: string;
let eventFile: string;
/** Everything that a test started: whatever it did, nothing may outlive it. */
let seen: ProcessIdentity[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  eventFile = join(folder, 'events');
  seen = [];
});
afterEach(() => {
  const left = seen.filter(isRunning);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

const events = (): string[] =>
  existsSync(eventFile) ? readFileSync(eventFile, 'utf8').trim().split('\n') : [];

/** Waits until a stand-in has noted its PID for the `nth` time. */
async function runningAs(name: string, nth = 1): Promise<number> {
  const pid = await eventually(`${name} runs`, () => {
    const starts = events().filter((event) => event.startsWith(`${name} runs as `));
    return Number(starts[nth - 1]?.split(' ').at(-1)) || undefined;
  });
  const identity = identify(pid);
  if (identity) seen.push(identity);
  return pid;
}

/** Makes a stand-in's event loop stand still for ever. */
async function spin(name: string, pid: number, nth = 1): Promise<void> {
  process.kill(pid, 'SIGUSR2');
  await eventually(
    `${name} spins`,
    () => events().filter((event) => event === `${name} spins`).length === nth,
  );
}

describe('a supervisor', () => {
  let said: string[];
  let children: readonly NamedProcess[];
  let supervisor: Supervisor;

  beforeEach(() => {
    said = [];
    supervisor = new Supervisor({
      say: (line) => said.push(line),
      onChange: (now) => (children = now),
      firstBackoffMs: 10,
    });
  });
  // Also where the test has failed: Jest waits for the end of its log keeper.
  afterEach(() => supervisor.stop());

  function spec(
    name: string,
    options: { endsAfterMs?: number; script?: string; graceMs?: number; silenceLimitMs?: number } = {},
  ): ChildSpec {
    const { endsAfterMs = 0, script, graceMs = 30_000, silenceLimitMs } = options;
    return {
      name,
      command:
        script === undefined
          ? [join(SUPPORT, 'stand-in.js'), name, eventFile, `${endsAfterMs}`]
          : ['-e', script],
      env: process.env,
      logFile: join(folder, `${name}.log`),
      stopGraceMs: graceMs,
      silenceLimitMs,
      show: (line) => line,
    };
  }

  test('stops the last one first, each only when the one before has ended', async () => {
    for (const name of ['temporal', 'worker', 'api']) {
      await supervisor.start(spec(name, { endsAfterMs: 100 }));
      await runningAs(name);
    }
    expect(children.map(({ name }) => name)).toEqual(['api', 'worker', 'temporal', 'log keeper']);
    await supervisor.stop();
    expect(events().slice(3)).toEqual(
      ['api', 'worker', 'temporal'].flatMap((name) => [`${name} SIGTERM`, `${name} ended`]),
    );
  });

  test('starts a child again that dies, and says so in one line', async () => {
    await supervisor.start(spec('worker'));
    const first = await runningAs('worker');
    supervisor.started();
    process.kill(first, 'SIGKILL');
    const second = await runningAs('worker', 2);
    expect(said).toContain(
      `The worker ended (killed by SIGKILL); starting it again in 0.01 s. Its log: ${join(folder, 'worker.log')}`,
    );
    await eventually('the lock names the new process', () => children.some(({ pid }) => pid === second));
    await supervisor.stop();
  });

  test('fails the start when a child ends before all is ready, with the end of its log', async () => {
    await supervisor.start(
      spec('api', { script: 'console.error("PORT must be a whole number"); process.exit(2)' }),
    );
    await expect(supervisor.until('The API', HANGS_AFTER_MS, () => Promise.resolve(false))).rejects.toThrow(
      `The api ended while starting (exit code 2). The end of ${join(folder, 'api.log')}:\n  PORT must be a whole number`,
    );
    await supervisor.stop();
  });

  test('starts a child anew that ends before all is ready, for as long as it is told what to run', async () => {
    const ends = (nth: number) => ['-e', `console.error("start ${nth}"); process.exit(${nth})`] as const;
    const told: string[] = [];
    await supervisor.start({
      ...spec('temporal'),
      command: ends(1),
      again: ({ how, lines }) => {
        told.push(`${how}: ${lines.join()}`);
        return Promise.resolve(told.length < 3 ? ends(told.length + 1) : undefined);
      },
    });
    await expect(supervisor.until('Temporal', HANGS_AFTER_MS, () => Promise.resolve(false))).rejects.toThrow(
      `The temporal ended while starting (exit code 3). The end of ${join(folder, 'temporal.log')}:\n  start 3`,
    );
    expect(told).toEqual([1, 2, 3].map((nth) => `exit code ${nth}: start ${nth}`));
    await supervisor.stop();
  });

  test('fails the start with the reason why a child that ended is not started anew', async () => {
    await supervisor.start({
      ...spec('temporal', { script: '' }),
      again: () => Promise.reject(new PortInUseError('Port 7233 is in use')),
    });
    await expect(supervisor.until('Temporal', HANGS_AFTER_MS, () => Promise.resolve(false))).rejects.toThrow(
      new PortInUseError('Port 7233 is in use'),
    );
    await supervisor.stop();
  });

  test('does not start a child anew once it is being stopped', async () => {
    let answer: (command: ChildSpec['command']) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      void supervisor.start({
        ...spec('temporal', { script: '' }),
        again: () => {
          resolve();
          return new Promise((next) => (answer = next));
        },
      });
    });
    await asked;
    await supervisor.stop();
    answer(spec('temporal').command);
    await expect(supervisor.until('Temporal', HANGS_AFTER_MS, () => Promise.resolve(false))).rejects.toThrow(
      'Stopped while starting.',
    );
    expect(events()).toEqual([]);
  });

  test('says what was answered last when something does not become ready', async () => {
    await expect(
      supervisor.until('The API', 0, () => Promise.reject(new Error('readyz answers 503: no worker'))),
    ).rejects.toThrow('The API was not ready after 0 s (readyz answers 503: no worker).');
  });

  test('kills a child that does not end within its grace', async () => {
    await supervisor.start(spec('worker', { endsAfterMs: 600_000, graceMs: 200 }));
    const pid = await runningAs('worker');
    await supervisor.stop();
    expect(identify(pid)).toBeUndefined();
    expect(events()).not.toContain('worker ended');
  });

  test('kills a child within whose grace its event loop does not turn once', async () => {
    await supervisor.start(spec('worker', { graceMs: 200 }));
    const pid = await runningAs('worker');
    await spin('worker', pid);
    await supervisor.stop();
    expect(identify(pid)).toBeUndefined();
    expect(events()).not.toContain('worker SIGTERM');
  });

  test('kills a child whose event loop stands still, and starts it again', async () => {
    await supervisor.start(spec('worker', { silenceLimitMs: 2_000 }));
    const first = await runningAs('worker');
    supervisor.started();
    await spin('worker', first);
    await runningAs('worker', 2);
    expect(identify(first)).toBeUndefined();
    expect(said).toContain(
      `The worker ended (killed: its event loop has stood still for 2 s); starting it again in 0.01 s. Its log: ${join(folder, 'worker.log')}`,
    );
    await supervisor.stop();
  });

  test('a child that somebody stopped for longer goes on, and one that never sent a beat', async () => {
    const silent = `require('node:fs').appendFileSync(${JSON.stringify(eventFile)}, 'silent runs as ' + process.pid + '\\n');
      process.once('disconnect', process.exit); process.on('SIGTERM', () => process.exit());`;
    for (const name of ['stopped', 'spinning']) await supervisor.start(spec(name, { silenceLimitMs: 2_000 }));
    await supervisor.start(spec('silent', { silenceLimitMs: 2_000, script: silent }));
    const stopped = await runningAs('stopped');
    const spinning = await runningAs('spinning');
    await runningAs('silent');
    supervisor.started();
    process.kill(stopped, 'SIGSTOP');
    await spin('spinning', spinning);
    // When it was killed, the limit has passed for the others as well.
    const next = await runningAs('spinning', 2);
    process.kill(stopped, 'SIGCONT');
    await spin('spinning', next, 2);
    await runningAs('spinning', 3);
    await supervisor.stop();
    expect(events().filter((event) => /^(?:stopped|silent) runs/.test(event))).toHaveLength(2);
    expect(events()).toContain('stopped SIGTERM');
  });

  test('hurries all but the first when it is told to, and still ends the first last', async () => {
    for (const name of ['temporal', 'worker']) {
      await supervisor.start(spec(name, { endsAfterMs: name === 'worker' ? 600_000 : 0, graceMs: 600_000 }));
      await runningAs(name);
    }
    const stopped = supervisor.stop();
    await eventually('the worker was told', () => events().includes('worker SIGTERM'));
    await supervisor.hurry();
    await stopped;
    expect(events().slice(2)).toEqual(['worker SIGTERM', 'temporal SIGTERM', 'temporal ended']);
  });

  test('passes on what a child writes, and keeps it in the log', async () => {
    await supervisor.start(spec('api'));
    await eventually('the line is passed on', () => said.includes('api writes to its log'));
    await runningAs('api');
    await supervisor.stop();
    expect(readFileSync(join(folder, 'api.log'), 'utf8')).toBe('api writes to its log\n');
  });

  /** All files of the log of `name`, the oldest first. */
  const filesOf = (name: string): string[] =>
    readdirSync(folder)
      .filter((file) => file.startsWith(`${name}.log`))
      .sort()
      .reverse();

  test('a child that writes 50 MB as fast as it can fills no more than its share, and its last line is there', async () => {
    const script = `const { writeNow } = require(${JSON.stringify(resolve(SUPPORT, '../../src/platform/write-now.ts'))});
      for (let n = 0; n < 500_000; n++) writeNow('stdout', n + ' ' + 'x'.repeat(100) + '\\n');
      writeNow('stderr', 'last words\\n');
      process.kill(process.pid, 'SIGKILL');`;
    let largest = 0;
    const looking = setInterval(() => {
      const bytes = filesOf('api').map(
        (file) => statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0,
      );
      largest = Math.max(
        largest,
        bytes.reduce((a, b) => a + b, 0),
      );
    }, 1);
    await supervisor.start(spec('api', { script }));
    await expect(supervisor.until('The API', HANGS_AFTER_MS, () => Promise.resolve(false)))
      .rejects.toThrow(/killed by SIGKILL[^]*last words$/)
      .finally(() => clearInterval(looking));
    await supervisor.stop();
    expect(largest).toBeGreaterThan(LOG_FILE_BYTES);
    expect(largest).toBeLessThanOrEqual(LOG_FILES * LOG_FILE_BYTES);
    expect(filesOf('api')).toEqual(['api.log.3', 'api.log.2', 'api.log.1', 'api.log']);
    const kept = filesOf('api').map((file) => readFileSync(join(folder, file), 'utf8'));
    // Whole lines, none of them lost in between.
    const numbers = kept.join('').split('\n').slice(0, -2);
    const first = Number(numbers[0]?.split(' ')[0]);
    expect(numbers.map((line) => Number(line.split(' ')[0]))).toEqual(numbers.map((_, nth) => first + nth));
    expect(first + numbers.length).toBe(500_000);
    expect(kept.join('')).toMatch(/x\nlast words\n$/);
  });

  test('what an earlier version let grow is cut to its end', async () => {
    writeFileSync(join(folder, 'api.log'), `${'old\n'.repeat(3_000_000)}newest of the old\n`);
    await supervisor.start(spec('api'));
    await eventually('the line is passed on', () => said.includes('api writes to its log'));
    await runningAs('api');
    await supervisor.stop();
    expect(said).toEqual(['api writes to its log']);
    const files = filesOf('api').map((file) => readFileSync(join(folder, file), 'utf8'));
    expect(files.join('').length).toBeLessThanOrEqual(2 * LOG_FILE_BYTES);
    expect(files.join('')).toMatch(/^old\n[^]*old\nnewest of the old\napi writes to its log\n$/);
  });

  test('a log keeper that is killed is started again, no child notices, and what is logged meanwhile is kept', async () => {
    const script = `process.once('disconnect', process.exit); process.on('SIGTERM', () => process.exit());
      let n = 0;
      const write = () => { for (const end = n + 100; n < end; n++) console.log('line ' + n); };
      process.on('SIGUSR2', write);
      write();
      setInterval(() => undefined, 1_000);`;
    await supervisor.start(spec('api', { script }));
    await eventually('it writes', () => said.includes('line 99'));
    const keeper = children.find(({ name }) => name === 'log keeper');
    const api = children.find(({ name }) => name === 'api');
    process.kill(keeper?.pid ?? NaN, 'SIGKILL');
    await eventually('it is told', () =>
      said.includes('The log keeper ended; starting it again in 1 s. What is logged meanwhile is kept.'),
    );
    process.kill(api?.pid ?? NaN, 'SIGUSR2');
    await eventually('its lines are passed on again', () => said.includes('line 199'));
    expect(children.find(({ name }) => name === 'log keeper')?.pid).not.toBe(keeper?.pid);
    await supervisor.stop();
    const lines = readFileSync(join(folder, 'api.log'), 'utf8').trim().split('\n');
    expect(lines).toEqual(Array.from({ length: 200 }, (_, n) => `line ${n}`));
  });

  test('a child that is stopped by nobody goes on while its supervisor is halted', async () => {
    const halted = spawn(
      process.execPath,
      ['--require', TYPESCRIPT, join(SUPPORT, 'supervise.ts'), folder, eventFile, '0'],
      { stdio: 'ignore', env: { ...process.env, WRITES: '2000' } },
    );
    await runningAs('program');
    await runningAs('worker');
    process.kill(halted.pid ?? NaN, 'SIGSTOP');
    await eventually('it has written what no pipe holds', () =>
      readFileSync(join(folder, 'worker.log'), 'utf8').includes('line 1999'),
    );
    process.kill(halted.pid ?? NaN, 'SIGCONT');
    halted.kill('SIGTERM');
    expect(await once(halted, 'exit')).toEqual([0, null]);
  });
});

describe('a supervisor that is killed', () => {
  function startSupervisor(workerEndsAfterMs: number, workerGraceMs = 30_000): ChildProcess {
    const args = ['--require', TYPESCRIPT, join(SUPPORT, 'supervise.ts')];
    const times = [workerEndsAfterMs, workerGraceMs].map(String);
    return spawn(process.execPath, [...args, folder, eventFile, ...times], { stdio: 'inherit' });
  }

  /** What the lock of this supervisor names, once that is everything. */
  async function allNamed(supervisor: ChildProcess): Promise<readonly NamedProcess[]> {
    const named = await eventually('the lock names all processes', () => {
      const lock = readLock(join(folder, 'lock'));
      const complete = lock?.supervisor.pid === supervisor.pid && lock?.children.length === 4;
      return complete && lock.children[0]?.name === 'worker' && lock.children;
    });
    seen.push(...named);
    return named;
  }

  test('leaves nothing running: the others end first, the guarded program last', async () => {
    const supervisor = startSupervisor(500);
    await runningAs('worker');
    await runningAs('program');
    const named = await allNamed(supervisor);
    expect(named.map(({ name }) => name)).toEqual(['worker', 'Temporal', 'Temporal (guarded)', 'log keeper']);

    supervisor.kill('SIGKILL');
    await once(supervisor, 'exit');
    await eventually('all have ended', () => !named.some(isRunning));
    expect(events().slice(2)).toEqual([
      'worker disconnect',
      'worker ended',
      'program SIGTERM',
      'program ended',
    ]);
    expect(readFileSync(join(folder, 'worker.log'), 'utf8')).toContain('worker has lost its supervisor\n');
  });

  test('leaves nothing running when the event loop of a child stands still: the guard kills it after its grace', async () => {
    const supervisor = startSupervisor(0, 1_000);
    const worker = await runningAs('worker');
    await runningAs('program');
    const named = await allNamed(supervisor);
    await spin('worker', worker);

    supervisor.kill('SIGKILL');
    await once(supervisor, 'exit');
    await eventually('all have ended', () => !named.some(isRunning));
    expect(events().slice(2)).toEqual(['worker spins', 'program SIGTERM', 'program ended']);
  });

  test('together with its guard leaves the program, and the next start ends it before its own', async () => {
    const supervisor = startSupervisor(0);
    const program = await runningAs('program');
    await runningAs('worker');
    const guard = (await allNamed(supervisor)).find(({ name }) => name === 'Temporal');
    // Stopped first: a supervisor that saw its guard die would end the program.
    for (const [child, signal] of [
      [supervisor.pid, 'SIGSTOP'],
      [guard?.pid, 'SIGKILL'],
      [supervisor.pid, 'SIGKILL'],
    ] as const) {
      process.kill(child ?? NaN, signal);
    }
    await once(supervisor, 'exit');
    expect(identify(program)).toBeDefined();

    const next = startSupervisor(0);
    await runningAs('program', 2);
    await runningAs('worker', 2);
    const named = await allNamed(next);
    const own = events().findIndex(
      (event) => event.startsWith('program runs as ') && !event.endsWith(` ${program}`),
    );
    expect(events().indexOf('program ended')).toBeLessThan(own);
    expect(identify(program)).toBeUndefined();

    next.kill('SIGTERM');
    expect(await once(next, 'exit')).toEqual([0, null]);
    expect(named.some(isRunning)).toBe(false);
  });
});
