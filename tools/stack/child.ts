import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { GuardMessage } from '../../src/local/processes/guard';
import type { Beat } from '../../src/platform/event-loop-watch';
import { atExit } from './at-exit';
import { eventually } from './eventually';

const STARTS_AGAIN_AFTER_MS = 1_000;
const LAST_LINES = 10;

export interface Place {
  /** Default: what it says is kept in memory. */
  readonly logFile?: string;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** In a process group of its own, which ends as a whole with this process. */
  readonly detached?: boolean;
}

/** One process, which can be ended, frozen and begun again. It ends with this one, however this one ends. */
export class Child {
  private child: ChildProcess | undefined;
  /** Until its output has been read as well. */
  private closed: Promise<unknown> = Promise.resolve();
  private exited: Promise<unknown> = Promise.resolve();
  private guarded: number | undefined;
  private said = '';
  private isTold = false;
  /** When it was started last, in milliseconds since 1970. */
  startedAt = Number.NaN;
  /** When nobody here has ended it. `starts again`: as a supervisor has it. `fails`: what waits for it would wait in vain. */
  whenItDies: 'stays dead' | 'starts again' | 'fails' = 'stays dead';

  /** @param command Changes of it, and of `env`, are taken up by the next start. */
  constructor(
    readonly name: string,
    public command: readonly [program: string, ...args: string[]],
    public env: Readonly<NodeJS.ProcessEnv>,
    private readonly place: Place = {},
  ) {}

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Of what does the work: the guarded program, once a guard has told of it. */
  get pid(): number | undefined {
    return this.isRunning ? (this.guarded ?? this.child?.pid) : undefined;
  }

  /** Everything that it has said, at earlier starts too. */
  get output(): string {
    const { logFile } = this.place;
    return logFile === undefined ? this.said : contentOf(logFile);
  }

  start(): void {
    if (this.isRunning) throw new Error(`${this.name} runs already`);
    const { logFile, ...options } = this.place;
    const [program, ...args] = this.command;
    const out = logFile === undefined ? 'pipe' : openSync(logFile, 'a');
    // Our processes end when the channel closes, also when this one is killed.
    const channel = program === process.execPath ? (['ipc'] as const) : [];
    const child = spawn(program, args, {
      ...options,
      env: this.env,
      stdio: ['ignore', out, out, ...channel],
    });
    if (typeof out === 'number') closeSync(out);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    }
    child.on('message', (message: GuardMessage | Beat) => {
      if ('guarded' in message) this.guarded = message.guarded.pid;
    });
    this.child = child;
    this.guarded = undefined;
    this.isTold = false;
    this.startedAt = Date.now();
    const takeBack = atExit(() =>
      options.detached ? kill(-(child.pid ?? NaN), 'SIGKILL') : this.signal('SIGKILL'),
    );
    this.closed = once(child, 'close');
    this.exited = once(child, 'exit').then(() => {
      takeBack();
      if (!this.isTold) this.died();
    });
  }

  private died(): void {
    if (this.whenItDies === 'fails') {
      const last = this.output.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
      // Nobody handles it, so that it ends the harness.
      throw new Error(`${this.name} ended by itself:\n${last}`);
    }
    if (this.whenItDies === 'stays dead') return;
    setTimeout(() => {
      if (!this.isRunning && !this.isTold) this.start();
    }, STARTS_AGAIN_AFTER_MS).unref();
  }

  /** Waits until it has said this. @throws when it ends instead, with what it has said. */
  async says(words: RegExp): Promise<RegExpExecArray> {
    const found = await eventually(
      `${this.name} says ${words.source}`,
      () => words.exec(this.output) ?? !this.isRunning,
    );
    if (found !== true) return found;
    await this.closed;
    throw new Error(`the ${this.name} ended: ${this.output}`);
  }

  signal(signal: NodeJS.Signals): void {
    // A guard ends when its program does; the other way round the program would be left behind.
    if (this.guarded === undefined) this.child?.kill(signal);
    else if (this.isRunning) kill(this.guarded, signal);
  }

  /** Waits for its end. @returns its exit code, or the signal that killed it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.closed;
    return this.child?.signalCode ?? this.child?.exitCode ?? null;
  }

  /** Sends a signal and waits for the end. @returns as `ended` does. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | NodeJS.Signals | null> {
    this.isTold = true;
    if (this.isRunning) {
      this.signal(signal);
      // A frozen process takes no other signal.
      if (signal === 'SIGKILL') this.signal('SIGCONT');
      await this.exited;
    }
    return this.child?.signalCode ?? this.child?.exitCode ?? null;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
