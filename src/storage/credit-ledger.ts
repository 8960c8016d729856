/**
 * What generations may cost and did cost, over all reels and processes that share the directory: the one place that
 * knows whether the daily budget has room.
 */
export interface CreditLedger {
  /**
   * Sets credits aside for one generation, before it is submitted. Idempotent per reel and generation, and without a
   * race over all processes that share the directory.
   *
   * @param limits credits that may be spent or set aside in the last 24 hours, over all and by this client.
   */
  reserve(
    entry: Reservation,
    limits: { readonly total?: number; readonly client?: number },
  ): Promise<
    | { readonly ok: true }
    | {
        readonly ok: false;
        readonly limit: number;
        /** Credits spent or set aside in the last 24 hours. */
        readonly committed: number;
        /** When this request would fit; absent when it never can. */
        readonly freeAt?: string;
      }
  >;
  /** What the generation cost in the end: the rest is free again. Idempotent; the last word wins. */
  settle(
    reelId: string,
    generation: number,
    end: { readonly charged: number; readonly uncertain: number; readonly at: string },
  ): Promise<void>;
  /** Entries whose credits were set aside at or after `since`, oldest first. */
  list(since: Date): Promise<LedgerEntry[]>;
}

export interface Reservation {
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
