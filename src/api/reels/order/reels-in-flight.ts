import type { ApiDeps } from '../../deps';
import { Problem } from '../../http/problem';

/** How long a count is reused, plus what was admitted since. */
const COUNT_MS = 1_000;
/** The time until the order of what was admitted is written, at most: it counts as in flight. */
const LATE_MS = 5_000;

interface Count {
  readonly at: number;
  readonly reels: Promise<number>;
}

/**
 * Bounds the unfinished reels of each client, where keys are set. The database counts them, so the bound holds over
 * restarts and API processes; several processes may together admit a few more at the same moment.
 */
export class ReelsInFlight {
  private readonly counts = new Map<string, Count>();
  private readonly admitted = new Map<string, number[]>();

  constructor(private readonly deps: Pick<ApiDeps, 'storage' | 'settings'>) {}

  /** @throws Problem 429, StorageError */
  async admit(client: string): Promise<void> {
    const { apiKeys, limits } = this.deps.settings;
    if (apiKeys.length === 0 || !limits) return;
    const count = this.countOf(client);
    const counted = await count.reels;
    const times = (this.admitted.get(client) ?? []).filter((time) => time > Date.now() - LATE_MS);
    const since = times.filter((time) => time >= count.at).length;
    if (Math.max(counted + since, times.length) >= limits.reelsInFlight) {
      throw tooManyReels(limits.reelsInFlight);
    }
    // No await since the check: no other is admitted in between.
    this.admitted.set(client, [...times, Date.now()]);
  }

  private countOf(client: string): Count {
    const last = this.counts.get(client);
    if (last && Date.now() - last.at < COUNT_MS) return last;
    const count = { at: Date.now(), reels: this.deps.storage.countOpenReels(client) };
    this.counts.set(client, count);
    // A count that failed is no count: the next one asks again.
    count.reels.catch(() => this.counts.delete(client));
    return count;
  }
}

function tooManyReels(limit: number): Problem {
  const detail =
    `CLIENT_REELS_IN_FLIGHT allows ${limit} unfinished reels. Nothing was started: send the request again ` +
    'when one has ended. GET /v1/reels?status=in_progress shows them.';
  return new Problem('too_many_reels', detail, {
    headers: { 'Retry-After': '10' },
    members: { limit },
  });
}
