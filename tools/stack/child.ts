import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

const RESTARTS_AFTER_MS = 1_000;

/** One process of the service, which can be ended, frozen and begun again. It ends with the harness. */
export class Child {
  private child: ChildProcess | undefined;
  private ended: Promise<unknown> = Promise.resolve();
  /** When it was started last, in milliseconds since 1970. */
  startedAt = Number.NaN;

  /** Whether it is started again when it ends by itself, as a supervisor would. */
  restarts = false;
  private told = false;

  /** @param command Changes between starts are taken up by the next one. */
  constructor(
    readonly name: string,
    public command: readonly [program: string, ...args: string[]],
    public env: Readonly<Record<string, string>>,
    readonly logFile: string,
  ) {
    process.once('exit', () => this.child?.kill('SIGKILL'));
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.isRunning ? this.child?.pid : undefined;
  }

  start(): void {
    if (this.isRunning) throw new Error(`${this.name} runs already`);
    const [program, ...args] = this.command;
    const log = openSync(this.logFile, 'a');
    const ours = program === process.execPath;
    // Our processes end when the channel closes, also when the harness is killed.
    this.child = spawn(program, args, {
      env: this.env,
      stdio: ours ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    });
    closeSync(log);
    this.startedAt = Date.now();
    this.told = false;
    this.ended = once(this.child, 'exit').then(() => this.restartSoon());
  }

  private restartSoon(): void {
    if (!this.restarts || this.told) return;
    setTimeout(() => {
      if (!this.isRunning && !this.told) this.start();
    }, RESTARTS_AFTER_MS).unref();
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.told = true;
    if (!this.isRunning) return;
    this.signal(signal);
    // A frozen process takes no other signal.
    if (signal === 'SIGKILL') this.signal('SIGCONT');
    await this.ended;
  }
}
