/**
 * What generations may cost and did cost, over all reels and processes that share the directory: the one place that
 * knows whether the daily budget has room.
 */
export interface CreditLedger {
  /**
   * Sets credits aside for one generation, before each POST for it. Idempotent per reel and generation, and without a
   * race over all processes that share the directory. A generation that was settled for less, or whose POST comes
   * more than an hour after its credits were set aside, needs room again, as of `at`.
   *
   * An entry that the disk damaged counts for 24 hours as much as the greatest reservation.
   *
   * @param limits credits that may be spent or set aside in any 24 hours, over all and by this client.
   * @throws StorageError `disk`: nothing is promised then.
   */
  reserve(
    entry: Reservation,
    limits: { readonly total?: number; readonly client?: number },
  ): Promise<
    | { readonly ok: true }
    | {
        readonly ok: false;
        /** Whose limit it is: that on all reels, or the client's own. */
        readonly of: 'all' | 'client';
        readonly limit: number;
        /** Credits of other generations, spent or set aside in the last 24 hours. */
        readonly committed: number;
        /** When this request would fit; absent when it never can. */
        readonly freeAt?: string;
      }
  >;
  /**
   * What the generation cost in the end: the rest is free again, as of the time of its reservation. Idempotent; the
   * last word wins. Without a reservation it counts nowhere until one comes.
   */
  settle(
    reelId: string,
    generation: number,
    end: { readonly charged: number; readonly uncertain: number; readonly at: string },
  ): Promise<void>;
  /**
   * Credits that are spent or set aside in the 24 hours before `at`, over all clients or of one: what a reservation
   * for a new generation would find.
   */
  committed(at: Date, client?: string): Promise<number>;
  /** What stands of one generation; undefined when nothing was set aside for it. */
  find(reelId: string, generation: number): Promise<LedgerEntry | undefined>;
  /** Entries whose credits were set aside at or after `since`, oldest first. At least 90 days are kept. */
  list(since: Date): Promise<LedgerEntry[]>;
}

interface Reservation {
  readonly reelId: string;
  readonly generation: number;
  readonly client: string;
  readonly model: string;
  /** The most that the generation may cost. */
  readonly credits: number;
  readonly at: string;
}

export interface LedgerEntry {
  readonly at: string;
  readonly reelId: string;
  readonly generation: number;
  readonly client: string;
  readonly model: string;
  readonly reserved: number;
  readonly settled?: { readonly at: string; readonly charged: number; readonly uncertain: number };
}
