/**
 * Runs a program that reads untrusted files: bounded in memory, CPU time and output, without our environment, in a process
 * group of its own that ends with this process.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cutText } from '../contract/text';

export interface Bounds {
  /** Of each process of the group, where the system bounds them; of all together, where this process watches. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly signal?: AbortSignal;
}

export type Ended =
  | { readonly how: 'answered'; readonly output: string; readonly words: string }
  | { readonly how: 'exceeded'; readonly what: 'CPU time' | 'memory' | 'time' };

const MOST_OUTPUT = 64 * 1024;
const MEASURE_EVERY_MS = 1_000;
/** A program that uses no CPU for so long hangs. */
const IDLE_MS = 60_000;
/** The bound is CPU time, because a busy host must not cost a paid video; this is the last resort. */
const MOST_MS = 15 * 60_000;

const PRLIMIT = '/usr/bin/prlimit';
const SETPRIV = '/usr/bin/setpriv';

/** The command with the bounds of the operating system in front, where there are any (Linux). */
export function withLimits(
  command: readonly string[],
  bounds: Pick<Bounds, 'cpuSeconds' | 'memoryBytes'>,
): string[] {
  return [...tiedToParent(), ...limits(bounds), ...command];
}

/** Ends with its parent even a program that spins and would not notice. */
export function tiedToParent(): string[] {
  return process.platform === 'linux' && existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--'] : [];
}

const hasPrlimit = (): boolean => process.platform === 'linux' && existsSync(PRLIMIT);

function limits({ cpuSeconds, memoryBytes }: Pick<Bounds, 'cpuSeconds' | 'memoryBytes'>): string[] {
  if (!hasPrlimit()) return [];
  // Data, not address space: Node reserves gigabytes of the latter and uses none of it.
  return [PRLIMIT, `--data=${memoryBytes}`, `--cpu=${cpuSeconds}`, '--core=0', '--'];
}

/** @throws the reason of `signal`; Error when the program cannot be started */
export async function runBounded(command: readonly string[], bounds: Bounds): Promise<Ended> {
  bounds.signal?.throwIfAborted();
  const [program = '', ...args] = withLimits(command, bounds);
  const child = spawn(program, args, {
    // No secret of ours is there to be read, and no setting changes what it does.
    env: {},
    detached: true,
    // The program ends by itself when its input does, which is when this process is gone.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const killAll = () => killGroup(child);
  const output = collect(child.stdout, MOST_OUTPUT, killAll);
  const errors = collect(child.stderr, MOST_OUTPUT, killAll);
  child.stdin.on('error', () => undefined);
  bounds.signal?.addEventListener('abort', killAll, { once: true });
  // A parent that ends in an orderly way takes its children along at once.
  process.once('exit', killAll);
  const watch = watchGroup(child, bounds);
  try {
    const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>(
      (resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code, signal) => resolve({ code, signal }));
      },
    );
    bounds.signal?.throwIfAborted();
    const exceeded = watch.exceeded() ?? whatRanOut(code, signal, errors());
    if (exceeded !== undefined) return { how: 'exceeded', what: exceeded };
    return {
      how: 'answered',
      output: output(),
      words: `${signal ?? `exit code ${code}`}: ${cutText(errors(), 500)}`,
    };
  } finally {
    watch.stop();
    bounds.signal?.removeEventListener('abort', killAll);
    process.removeListener('exit', killAll);
    // What it started is of no use any more.
    killAll();
  }
}

/** How a process ends that met a limit of the system: `prlimit` itself never says. */
export function whatRanOut(
  code: number | null,
  signal: string | null,
  errors: string,
): 'CPU time' | 'memory' | undefined {
  if (signal === 'SIGXCPU' || signal === 'SIGKILL') return 'CPU time';
  const noMemory = /out of memory|cannot allocate memory|bad_alloc|allocation failed/i;
  if (signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGSEGV' || code === 134) return 'memory';
  return code !== 0 && noMemory.test(errors) ? 'memory' : undefined;
}

function collect(stream: NodeJS.ReadableStream, most: number, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) tooMuch();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

/** Ends a group that hangs, and where the system bounds nothing, one that uses too much. */
function watchGroup(child: ChildProcess, bounds: Bounds) {
  let exceeded: 'CPU time' | 'memory' | 'time' | undefined;
  let measuring = false;
  let cpu = -1;
  let movedAt = Date.now();
  const startedAt = Date.now();
  const end = (what: NonNullable<typeof exceeded>) => {
    exceeded ??= what;
    killGroup(child);
  };
  const timer = setInterval(() => {
    if (Date.now() - startedAt > MOST_MS) return end('time');
    if (measuring || child.pid === undefined) return;
    measuring = true;
    void usageOf(child.pid)
      .then((usage) => {
        if (!usage) return;
        if (usage.cpuSeconds !== cpu) [cpu, movedAt] = [usage.cpuSeconds, Date.now()];
        else if (Date.now() - movedAt > IDLE_MS) end('time');
        if (hasPrlimit()) return;
        if (usage.cpuSeconds > bounds.cpuSeconds) end('CPU time');
        if (usage.memoryBytes > bounds.memoryBytes) end('memory');
      })
      .catch(() => undefined)
      .finally(() => (measuring = false));
  }, MEASURE_EVERY_MS);
  return { exceeded: () => exceeded, stop: () => clearInterval(timer) };
}

interface Usage {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** What a process and its children use. @returns undefined when the process is gone */
async function usageOf(pid: number): Promise<Usage | undefined> {
  return process.platform === 'linux' ? usageFromProc(pid) : usageFromPs(pid);
}

/** Ticks in a second and bytes of a page, as Linux has them on every machine that Node runs on. */
const [TICKS, PAGE] = [100, 4096];

async function usageFromProc(pid: number): Promise<Usage | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may hold anything.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    let [cpuSeconds, memoryBytes] = [
      ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS,
      (fields[21] ?? 0) * PAGE,
    ];
    for (const each of children.split(' ').filter(Boolean)) {
      const usage = await usageFromProc(Number(each));
      cpuSeconds += usage?.cpuSeconds ?? 0;
      memoryBytes += usage?.memoryBytes ?? 0;
    }
    return { cpuSeconds, memoryBytes };
  } catch {
    return undefined;
  }
}

function usageFromPs(group: number): Promise<Usage | undefined> {
  return new Promise((resolve, reject) => {
    execFile('/bin/ps', ['-A', '-o', 'pgid=,rss=,time='], { env: {} }, (error, stdout) => {
      if (error) return reject(error);
      const lines = stdout
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([pgid]) => Number(pgid) === group);
      if (lines.length === 0) return resolve(undefined);
      resolve({
        cpuSeconds: lines.reduce((sum, [, , time = '0']) => sum + secondsOf(time), 0),
        memoryBytes: lines.reduce((sum, [, rss = '0']) => sum + Number(rss) * 1024, 0),
      });
    });
  });
}

/** `1:02.50`, `01:02:03` or `2-01:02:03`. */
function secondsOf(time: string): number {
  const [days, clock = ''] = time.includes('-') ? time.split('-') : ['0', time];
  return Number(days) * 86_400 + clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
