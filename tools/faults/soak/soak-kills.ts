import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../stack/child';
import { SECRETS } from '../auditor/secrets';
import type { Stack } from '../stack';

export type Victim = 'worker' | 'api' | 'temporal' | 'all three';

export interface Kill {
  readonly victim: Victim;
  /** When it was dead, in milliseconds since 1970. */
  readonly at: number;
  /** Until the API, or after Temporal's death the other one, listed reels again; absent for the worker. */
  answeredAfterMs?: number;
}

/** `all three` is the rest. */
const SHARES: readonly (readonly [Victim, number])[] = [
  ['worker', 0.4],
  ['api', 0.25],
  ['temporal', 0.25],
];
const PROBE_EVERY_MS = 50;
const PROBE_TIMEOUT_MS = 5_000;
const RECOVERS_WITHIN_MS = 120_000;

/** Kills a process with SIGKILL every so often, and starts it again at once, as `npm start` does. */
export class SoakKills {
  readonly kills: Kill[] = [];
  /** Processes that ended by themselves, by name; they are started again too. */
  readonly deaths: Record<string, number> = {};
  private isKilling = false;

  constructor(
    private readonly stack: Stack,
    private readonly options: {
      readonly everySeconds: number;
      readonly random: () => number;
      /** Never killed. */
      readonly others: readonly Child[];
      readonly otherApiUrl: string;
    },
  ) {}

  async run(until: number): Promise<void> {
    for (;;) {
      await sleep(1_000 * this.options.everySeconds);
      if (Date.now() > until) return;
      await this.strike(this.choose());
    }
  }

  /** Until that moment, or the signal. */
  async supervise(stopped: AbortSignal): Promise<void> {
    const { worker, api, temporal } = this.stack;
    while (!stopped.aborted) {
      for (const child of this.isKilling ? [] : [temporal, worker, api, ...this.options.others]) {
        if (child.isRunning) continue;
        this.deaths[child.name] = (this.deaths[child.name] ?? 0) + 1;
        child.start();
      }
      await sleep(500);
    }
  }

  private async strike(victim: Victim): Promise<void> {
    const { worker, api, temporal } = this.stack;
    const children = victim === 'all three' ? [temporal, worker, api] : [this.stack[victim]];
    this.isKilling = true;
    try {
      await Promise.all(children.map((child) => child.end('SIGKILL')));
      const kill: Kill = { victim, at: Date.now() };
      this.kills.push(kill);
      for (const child of children) if (!child.isRunning) child.start();
      const api = victim === 'temporal' ? this.options.otherApiUrl : this.stack.url;
      if (victim !== 'worker') void this.untilAnswered(kill, api);
    } finally {
      this.isKilling = false;
    }
  }

  private async untilAnswered(kill: Kill, api: string): Promise<void> {
    const headers = { authorization: `Bearer ${SECRETS.apiKey}` };
    while (Date.now() < kill.at + RECOVERS_WITHIN_MS) {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      const answer = await fetch(`${api}/v1/reels?limit=1`, { headers, signal }).catch(() => undefined);
      await answer?.text().catch(() => undefined);
      if (answer?.ok) {
        kill.answeredAfterMs = Date.now() - kill.at;
        return;
      }
      await sleep(PROBE_EVERY_MS);
    }
  }

  private choose(): Victim {
    let rest = this.options.random();
    for (const [victim, share] of SHARES) if ((rest -= share) < 0) return victim;
    return 'all three';
  }
}
