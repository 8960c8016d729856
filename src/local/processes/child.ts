import { type ChildProcess, spawn } from 'node:child_process';
import { formatDuration } from '../../contract/duration';
import type { Beat, SupervisedEnv } from '../../platform/event-loop-watch';
import type { NamedProcess } from './data-dir-lock';
import { endProcess } from './end-process';
import type { GuardMessage } from './guard';
import { LogTail } from '../logs/log-tail';
import type { LogPipe } from '../logs/log-writer';
import { identify, type ProcessIdentity } from './process-identity';
import { type BeatWatch, watchBeats } from './watch-beats';

/** A process to be kept running. */
export interface ChildSpec {
  readonly name: string;
  /** A Node script, with its arguments. It ends by itself when its IPC channel closes. */
  readonly command: readonly [script: string, ...args: string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** How long it may take to end after SIGTERM. */
  readonly stopGraceMs: number;
  /** A child that sends beats, and has sent none for longer, is killed. Unset: whatever it does. */
  readonly silenceLimitMs?: number;
  /** What the terminal shows of a line of its log; undefined: nothing. */
  readonly show: (line: string) => string | undefined;
  /**
   * Called when it ends while the service starts, with what its next start runs as the answer; undefined: it has failed, and
   * the start of the service with it. What this rejects with says why instead.
   */
  readonly again?: (end: EndWhileStarting) => Promise<ChildSpec['command'] | undefined>;
}

export interface EndWhileStarting {
  /** In words: `exit code 2`. */
  readonly how: string;
  /** The end of its log. */
  readonly lines: readonly string[];
}

const HURRIED_GRACE_MS = 3_000;
const LAST_LINES = 12;

/** One run of a child, from its start to its end. */
export class Child {
  readonly startedAt = Date.now();
  /** How it ended, in words. Never rejects. */
  readonly ended: Promise<string>;
  private readonly process: ChildProcess;
  private readonly identity: ProcessIdentity | undefined;
  private readonly tail: LogTail;
  private readonly lines: string[] = [];
  private guarded: ProcessIdentity | undefined;
  private killedFor: string | undefined;

  /**
   * @param log is where it writes to: the pipe of its `logFile`.
   * @param onChange called when `processes` has changed.
   * @param say prints a line on the terminal.
   */
  constructor(
    private readonly spec: ChildSpec,
    private readonly log: LogPipe,
    onChange: () => void,
    say: (line: string) => void,
  ) {
    this.tail = new LogTail(spec.logFile, (line) => {
      this.lines.push(line);
      if (this.lines.length > LAST_LINES) this.lines.shift();
      const shown = spec.show(line);
      if (shown !== undefined) say(shown);
    });
    this.process = spawn(process.execPath, [...process.execArgv, ...spec.command], {
      env: { ...spec.env, ...this.supervisedEnv },
      // A group of its own: a Ctrl-C in the terminal reaches the supervisor only, which stops all in order.
      detached: true,
      stdio: ['ignore', log.writer, log.writer, 'ipc'],
    });
    // Its only writer is the child: its end is the end of the pipe.
    log.writer.destroy();
    this.identity = this.process.pid === undefined ? undefined : identify(this.process.pid);
    const beats = this.watchBeats();
    this.process.on('message', (message: GuardMessage | Beat) => {
      if ('beat' in message) return beats?.heard(message);
      this.guarded = message.guarded;
      onChange();
    });
    this.process.once('exit', () => beats?.stop());
    this.ended = this.waitForEnd();
  }

  /** What runs now, in the order in which it is to be ended. */
  get processes(): NamedProcess[] {
    const { name, stopGraceMs } = this.spec;
    const own = this.identity ? [{ name, stopGraceMs, ...this.identity }] : [];
    return this.guarded ? [...own, { name: `${name} (guarded)`, stopGraceMs, ...this.guarded }] : own;
  }

  /** The end of its log in readable form, to explain why it ended. */
  get lastLines(): readonly string[] {
    const shown = this.lines.flatMap((line) => this.spec.show(line) ?? []);
    return shown.length > 0 ? shown : this.lines;
  }

  async stop(): Promise<void> {
    if (this.identity) await endProcess(this.identity, this.spec.stopGraceMs);
    await this.ended;
  }

  /** Cuts a `stop` short: SIGTERM again, and soon SIGKILL. */
  async hurry(): Promise<void> {
    if (this.identity) await endProcess(this.identity, HURRIED_GRACE_MS);
  }

  private get supervisedEnv(): SupervisedEnv {
    return { SUPERVISED_BY: String(process.pid), ORPHAN_GRACE_MS: String(this.spec.stopGraceMs) };
  }

  private watchBeats(): BeatWatch | undefined {
    const { identity } = this;
    const { silenceLimitMs } = this.spec;
    if (!identity || silenceLimitMs === undefined) return undefined;
    return watchBeats(identity, silenceLimitMs, () => {
      this.killedFor = `killed: its event loop has stood still for ${formatDuration(silenceLimitMs)}`;
      this.process.kill('SIGKILL');
    });
  }

  private async waitForEnd(): Promise<string> {
    const how = await new Promise<string>((resolve) => {
      this.process.once('error', (error) => resolve(error.message));
      this.process.once('exit', (code, signal) =>
        resolve(signal === null ? `exit code ${code}` : (this.killedFor ?? `killed by ${signal}`)),
      );
    });
    // A guard that was itself killed leaves its program behind.
    if (this.guarded) await endProcess(this.guarded, this.spec.stopGraceMs);
    await this.log.finished();
    this.tail.close();
    return how;
  }
}
