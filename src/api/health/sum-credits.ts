import { DAY_MS } from '../../contract/duration';
import type { LedgerEntry } from '../../database/credits';
import type { Storage } from '../../storage/storage';

/** Credits of the generations that were ordered in the last 24 hours, over all clients. */
export interface CreditsOfDay {
  readonly charged: number;
  readonly uncertain: number;
  /** Set aside for generations that have not come to their end. */
  readonly open: number;
  /** Charged, but not for the video of a reel that succeeded. */
  readonly wasted: number;
}

/** @throws StorageError */
export async function sumCredits(storage: Storage, now: Date): Promise<CreditsOfDay> {
  const entries = await storage.ledger.list(new Date(now.getTime() - DAY_MS));
  const sum = (of: (entry: LedgerEntry) => number) => entries.reduce((total, entry) => total + of(entry), 0);
  const delivered = await deliveredGenerations(storage, entries);
  return {
    charged: sum(({ settled }) => settled?.charged ?? 0),
    uncertain: sum(({ settled }) => settled?.uncertain ?? 0),
    open: sum(({ settled, reserved }) => (settled ? 0 : reserved)),
    wasted: sum((entry) => (delivered.has(keyOf(entry)) ? 0 : (entry.settled?.charged ?? 0))),
  };
}

/** The generations that made the video of a reel that succeeded, or still may: those are not wasted. */
async function deliveredGenerations(storage: Storage, entries: readonly LedgerEntry[]): Promise<Set<string>> {
  const last = new Map<string, LedgerEntry>();
  for (const entry of entries) {
    if (entry.generation >= (last.get(entry.reelId)?.generation ?? 0)) last.set(entry.reelId, entry);
  }
  const delivered = new Set<string>();
  for (const entry of last.values()) {
    if (!entry.settled?.charged) continue;
    const record = await storage.readRecord(entry.reelId);
    const status = record?.state.status;
    if (status !== 'failed' && status !== 'cancelled') delivered.add(keyOf(entry));
  }
  return delivered;
}

function keyOf({ reelId, generation }: LedgerEntry): string {
  return `${reelId} ${generation}`;
}
