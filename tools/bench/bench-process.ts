import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Beat } from '../../src/platform/event-loop-watch';
import type { GuardMessage } from '../../src/local/processes/guard';
import { atExit } from '../stack/at-exit';

const LAST_LINES = 10;

/**
 * One run of a process of the service. It is never stopped in an orderly way: what it leaves behind is thrown
 * away. Its IPC channel ends it even when the benchmark itself is killed.
 */
export class BenchProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly takeBack: () => void;
  private guarded: number | undefined;
  private killed = false;

  /** @param command a Node script of ours, and its arguments. */
  constructor(
    command: readonly [script: string, ...args: string[]],
    env: NodeJS.ProcessEnv,
    private readonly logFile: string,
  ) {
    const log = openSync(logFile, 'a');
    this.child = spawn(process.execPath, command, { env, stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    this.child.on('message', (message: GuardMessage | Beat) => {
      if ('guarded' in message) this.guarded = message.guarded.pid;
    });
    this.takeBack = atExit(() => this.signal());
    this.ended = once(this.child, 'exit').then(([code, signal]) => {
      this.takeBack();
      if (this.killed) return;
      // Nobody handles it, so that it ends the benchmark: without this process there is nothing to wait for.
      throw new Error(`${command[0]} ended by itself (${code ?? signal}):\n${this.lastLines()}`);
    });
  }

  /** The program that does the work: the guarded one, once a guard has told of it. */
  get pid(): number {
    return this.guarded ?? this.child.pid ?? Number.NaN;
  }

  /** kill -9; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal();
    await this.ended;
  }

  private signal(): void {
    this.killed = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    // A guard ends when its program does; the other way round the program would be left behind.
    process.kill(this.pid, 'SIGKILL');
  }

  private lastLines(): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  }
}
