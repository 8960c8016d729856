import { setTimeout as sleep } from 'node:timers/promises';
import type { CounterChange, ProgressStep, Seen } from './report';
import type { Counters, Vendor } from './vendor';

/** How often the probe looks, and for how long at most. Milliseconds. */
export interface Pace {
  readonly countersMs: number;
  readonly logMs: number;
  /** Runway asks for 5 s or more between two reads of a task. */
  readonly taskMs: number;
  /** How long counters are watched after a task has ended or was deleted. */
  readonly settleMs: number;
  /** How long the log is watched for a line that does not come. */
  readonly logPatienceMs: number;
  /** How long a task is waited for. */
  readonly patienceMs: number;
}

/** Looks at once and then at every interval, until `look` says so or the time is over. */
export async function watch(
  { everyMs, forMs, signal }: { everyMs: number; forMs: number; signal?: AbortSignal },
  look: () => Promise<'done' | 'again'>,
): Promise<void> {
  const until = Date.now() + forMs;
  for (;;) {
    signal?.throwIfAborted();
    if ((await look()) === 'done' || Date.now() >= until) return;
    await sleep(everyMs, undefined, { signal });
  }
}

const ENDS = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
/** One 404 may be a slow database; a task that was never there stays away. */
const GONE_AFTER = 5;

/**
 * Reads a task until it ends, or reaches `stopAt`.
 *
 * @param steps what was seen is added here as it comes, so that it is there also when the probe is stopped.
 * @returns credits that Runway says it charged, of an ended task.
 */
export async function watchTask(
  { vendor, pace, signal }: { vendor: Vendor; pace: Pace; signal?: AbortSignal },
  { taskId, sentAt, stopAt }: { taskId: string; sentAt: number; stopAt?: string },
  steps: ProgressStep[],
): Promise<number | undefined> {
  let credits: number | undefined;
  let gone = 0;
  await watch({ everyMs: pace.taskMs, forMs: pace.patienceMs, signal }, async () => {
    const read = await vendor.readTask(taskId);
    const afterMs = Date.now() - sentAt;
    if (read.kind !== 'task') {
      steps.push({ afterMs, status: `no answer: ${read.words}` });
      gone = read.kind === 'not_found' ? gone + 1 : 0;
      return gone >= GONE_AFTER ? 'done' : 'again';
    }
    const { status, progress, failureCode } = read.task;
    credits = read.task.credits;
    steps.push({ afterMs, status, progress, failureCode });
    return ENDS.includes(status) || status === stopAt ? 'done' : 'again';
  });
  return credits;
}

/** Watches the account's counters and keeps every change against `before`. */
export class CounterWatch {
  readonly changes: CounterChange[] = [];
  private last: { credits: number; dailyGenerations: number } = { credits: 0, dailyGenerations: 0 };
  private lookedMs?: number;
  private latest: Counters;

  constructor(
    private readonly vendor: Vendor,
    private readonly model: string,
    private readonly before: Counters,
    private readonly sentAt: number,
  ) {
    this.latest = before;
  }

  /** Credits that are gone since before the POST. */
  get creditsGone(): number {
    return this.before.creditBalance - this.latest.creditBalance;
  }

  async look(): Promise<void> {
    const asked = Date.now();
    const counters = await this.vendor.readCounters(this.model);
    if (!counters) return;
    this.latest = counters;
    const seen: Seen = { afterMs: Date.now() - this.sentAt, notYetMs: this.lookedMs };
    // What one look shows may have been true since the look before was asked for.
    this.lookedMs = asked - this.sentAt;
    const credits = counters.creditBalance - this.before.creditBalance;
    const dailyGenerations = counters.dailyGenerations - this.before.dailyGenerations;
    if (credits === this.last.credits && dailyGenerations === this.last.dailyGenerations) return;
    this.last = { credits, dailyGenerations };
    this.changes.push({ ...seen, credits, dailyGenerations });
  }
}
