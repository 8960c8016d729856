import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainEnv } from '../processes/child-env';
import type { NamedProcess } from '../processes/data-dir-lock';
import { endOverdue } from '../processes/end-process';
import type { LogClosed, OpenLog } from './log-keeper';
import { pipePair } from './pipe-pair';
import { identify, type ProcessIdentity } from '../processes/process-identity';
import { boundLog } from './rotating-log';

const AGAIN_AFTER_MS = 1_000;
/** Time for a child's last lines. It takes longer only where a process that the child started still holds its pipe. */
const LAST_LINES_WITHIN_MS = 3_000;
const ENDS_WITHIN_MS = 5_000;

/** Where one run of a child writes to. */
export interface LogPipe {
  /** For its standard output and error. To be destroyed here once the child has it. */
  readonly writer: Socket;
  /** Resolves when everything that was written is in the file, or cannot be waited for any longer. */
  finished(): Promise<void>;
}

interface OpenPipe extends OpenLog {
  readonly reader: Socket;
  readonly closed: () => void;
}

/**
 * The supervisor's side of the log keeper. It holds the pipes as well, without reading them: when the keeper dies, the
 * next one goes on with the same pipes, and no child notices. Lost is only what it had read at that moment and not written.
 */
export class LogWriter {
  private readonly pipes = new Map<string, OpenPipe>();
  private keeper: ChildProcess | undefined;
  private identity: ProcessIdentity | undefined;
  private ending = false;

  /**
   * @param onChange called when `processes` has changed.
   * @param say prints a line on the terminal.
   */
  constructor(
    private readonly onChange: () => void,
    private readonly say: (line: string) => void,
  ) {}

  /** The keeper, while it runs. */
  get processes(): NamedProcess[] {
    return this.identity ? [{ name: 'log keeper', stopGraceMs: ENDS_WITHIN_MS, ...this.identity }] : [];
  }

  async open(logFile: string): Promise<LogPipe> {
    boundLog(logFile);
    const { reader, writer } = await pipePair();
    const open = randomUUID();
    const closed = new Promise<void>((resolve) => {
      this.pipes.set(open, { open, logFile, reader, closed: resolve });
    });
    if (this.keeper === undefined) this.startKeeper();
    else this.hand(open);
    return {
      writer,
      finished: () => Promise.race([closed, sleep(LAST_LINES_WITHIN_MS, undefined, { ref: false })]),
    };
  }

  /** Ends the keeper. All children have ended. */
  async end(): Promise<void> {
    this.ending = true;
    const { keeper, identity } = this;
    if (keeper?.connected) keeper.disconnect();
    for (const { reader } of this.pipes.values()) reader.destroy();
    this.pipes.clear();
    if (identity) await endOverdue(identity, ENDS_WITHIN_MS);
  }

  private startKeeper(): void {
    const script = require.resolve('./log-keeper');
    const keeper = spawn(process.execPath, [...process.execArgv, script], {
      env: plainEnv(process.env),
      // A group of its own: neither Ctrl-C nor Ctrl-Z reaches it.
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.keeper = keeper;
    this.identity = keeper.pid === undefined ? undefined : identify(keeper.pid);
    keeper.on('message', ({ closed }: LogClosed) => {
      const pipe = this.pipes.get(closed);
      this.pipes.delete(closed);
      pipe?.reader.destroy();
      pipe?.closed();
    });
    const again = (): void => {
      if (this.keeper !== keeper) return;
      this.identity = undefined;
      this.keeper = undefined;
      if (this.ending) return;
      this.onChange();
      this.say(
        `The log keeper ended; starting it again in ${AGAIN_AFTER_MS / 1_000} s. What is logged meanwhile is kept.`,
      );
      setTimeout(() => this.keeper ?? (this.ending || this.startKeeper()), AGAIN_AFTER_MS).unref();
    };
    keeper.once('exit', again);
    keeper.once('error', again);
    for (const open of this.pipes.keys()) this.hand(open);
    this.onChange();
  }

  private hand(open: string): void {
    const pipe = this.pipes.get(open);
    if (pipe === undefined || !this.keeper?.connected) return;
    const message: OpenLog = { open, logFile: pipe.logFile };
    this.keeper.send(message, pipe.reader, { keepOpen: true }, () => undefined);
  }
}
