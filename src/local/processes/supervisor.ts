import { setTimeout as sleep } from 'node:timers/promises';
import { Child, type ChildSpec, type EndWhileStarting } from './child';
import type { NamedProcess } from './data-dir-lock';
import { LogWriter } from '../logs/log-writer';
import { StartError } from '../start-error';

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 30_000;
/** A child that ran for so long starts again with the first back-off. */
const STEADY_AFTER_MS = 60_000;
const POLL_EVERY_MS = 100;

export interface SupervisorOptions {
  /** Called with what runs, in the order in which it has to end, whenever that changes. */
  readonly onChange: (children: readonly NamedProcess[]) => void;
  /** Prints a line on the terminal: what children show, and when one is started again. */
  readonly say: (line: string) => void;
  readonly firstBackoffMs?: number;
}

/** A child that is kept running, and its run at present. */
interface Slot {
  spec: ChildSpec;
  child: Child;
}

/**
 * Runs child processes. While the service starts, the end of one fails the start, unless its `again` says otherwise; after
 * `started`, a child that ends is started again. They are stopped in the reverse order of their start.
 */
export class Supervisor {
  private readonly slots: Slot[] = [];
  private readonly stopping = new AbortController();
  private readonly logs: LogWriter;
  private startFailure: Error | undefined;
  private starting = true;

  constructor(private readonly options: SupervisorOptions) {
    this.logs = new LogWriter(() => this.tellChange(), options.say);
  }

  /** Starts a child; `until` waits for it to be ready. */
  async start(spec: ChildSpec): Promise<void> {
    const child = await this.spawn(spec);
    if (child === undefined) return;
    const slot = { spec, child };
    this.slots.push(slot);
    this.tellChange();
    void this.keepRunning(slot);
  }

  /**
   * Waits until `isReady` says so. It may reject: with a StartError to give up at once, else the
   * reason is part of the message at the end.
   *
   * @param what stands in the message: `Temporal`.
   * @param withinMs counted anew where a child is started again meanwhile.
   * @throws StartError when a child ended, `withinMs` passed, or the service is being stopped; what `again` rejected with.
   */
  async until(what: string, withinMs: number, isReady: () => Promise<boolean>): Promise<void> {
    const begun = Date.now();
    const since = () => Math.max(begun, ...this.slots.map(({ child }) => child.startedAt));
    let reason = '';
    for (;;) {
      const ready = await isReady().catch((error: unknown) => {
        if (error instanceof StartError) throw error;
        reason = ` (${error instanceof Error ? error.message : String(error)})`;
        return false;
      });
      if (this.stopping.signal.aborted) throw new StartError('Stopped while starting.');
      if (this.startFailure) throw this.startFailure;
      if (ready) return;
      if (Date.now() > since() + withinMs) {
        throw new StartError(`${what} was not ready after ${withinMs / 1_000} s${reason}.`);
      }
      await sleep(POLL_EVERY_MS);
    }
  }

  /** From now on a child that ends is started again. */
  started(): void {
    this.starting = false;
  }

  /** Ends all children, the last one started first. Each may take its grace. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { child } of [...this.slots].reverse()) await child.stop();
    await this.logs.end();
  }

  /** Cuts `stop` short for all but the first child, which the others need to the end. */
  async hurry(): Promise<void> {
    await Promise.all(this.slots.slice(1).map(({ child }) => child.hurry()));
  }

  /** Undefined: the service is being stopped. */
  private async spawn(spec: ChildSpec): Promise<Child | undefined> {
    if (this.stopping.signal.aborted) return undefined;
    const log = await this.logs.open(spec.logFile);
    if (this.stopping.signal.aborted) {
      log.writer.destroy();
      return undefined;
    }
    return new Child(spec, log, () => this.tellChange(), this.options.say);
  }

  private async keepRunning(slot: Slot): Promise<void> {
    const { signal } = this.stopping;
    const { name, logFile } = slot.spec;
    const first = this.options.firstBackoffMs ?? FIRST_BACKOFF_MS;
    let backoff = first;
    for (;;) {
      const how = await slot.child.ended;
      if (signal.aborted) return;
      if (this.starting) {
        const command = await this.commandAgain(slot.spec, { how, lines: slot.child.lastLines });
        if (command === undefined) return;
        slot.spec = { ...slot.spec, command };
        if (!(await this.startAgain(slot))) return;
        continue;
      }
      if (Date.now() - slot.child.startedAt > STEADY_AFTER_MS) backoff = first;
      this.options.say(
        `The ${name} ended (${how}); starting it again in ${backoff / 1_000} s. Its log: ${logFile}`,
      );
      await sleep(backoff, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
      if (!(await this.startAgain(slot))) return;
    }
  }

  /** Undefined: the start of the service has failed, and is told why. */
  private async commandAgain(
    spec: ChildSpec,
    end: EndWhileStarting,
  ): Promise<ChildSpec['command'] | undefined> {
    try {
      const command = await spec.again?.(end);
      if (command !== undefined) return command;
      const lines = end.lines.map((line) => `\n  ${line}`).join('');
      throw new StartError(
        `The ${spec.name} ended while starting (${end.how}). The end of ${spec.logFile}:${lines}`,
      );
    } catch (error) {
      this.startFailure ??= error as Error;
      return undefined;
    }
  }

  /** False: the service is being stopped. */
  private async startAgain(slot: Slot): Promise<boolean> {
    const next = await this.spawn(slot.spec);
    if (next === undefined) return false;
    slot.child = next;
    this.tellChange();
    return true;
  }

  private tellChange(): void {
    const children = [...this.slots].reverse().flatMap(({ child }) => child.processes);
    this.options.onChange([...children, ...this.logs.processes]);
  }
}
