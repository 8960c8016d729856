import type { LedgerEntry } from './credit-ledger';
import { parseLedgerLine, type LedgerLine } from './credit-ledger-line';
import type { Commitment } from './credit-window';
import type { LogEntry } from './numbered-log';

type Line<Kind> = Extract<LedgerLine, { kind: Kind }>;

/** What is known of one generation. A later reservation takes the place of an earlier one and of its settlement. */
export interface LedgerItem {
  /** Of the reservation. */
  readonly atMs: number;
  readonly reserved?: Line<'reserved'>;
  readonly settled?: Line<'settled'>;
}

/** What the entries of the ledger say together. */
export function createCreditIndex() {
  const items = new Map<string, LedgerItem>();
  const unreadable: number[] = [];

  return {
    add({ text, writtenAtMs }: LogEntry): void {
      const line = parseLedgerLine(text);
      if (!line) {
        unreadable.push(writtenAtMs);
        return;
      }
      const key = keyOf(line.reelId, line.generation);
      const atMs = Date.parse(line.at);
      items.set(
        key,
        line.kind === 'reserved' ? { atMs, reserved: line } : { atMs, ...items.get(key), settled: line },
      );
    },

    item: (reelId: string, generation: number): LedgerItem | undefined =>
      items.get(keyOf(reelId, generation)),

    /**
     * What counts, beside one generation that is asked for, over all clients or of one.
     *
     * An entry that cannot be read counts, for every client, as much as the greatest reservation does: it may be one
     * that was spent. (Entries appear whole; it takes a damaged disk to make one unreadable.)
     */
    commitments(except?: { reelId: string; generation: number; credits: number }, client?: string) {
      const found: Commitment[] = [];
      let greatest = except?.credits ?? 0;
      const own = except && items.get(keyOf(except.reelId, except.generation));
      for (const item of items.values()) {
        if (!item.reserved) continue;
        greatest = Math.max(greatest, item.reserved.credits);
        if (item === own || (client !== undefined && item.reserved.client !== client)) continue;
        const { machine } = item.reserved;
        found.push({ atMs: item.atMs, credits: creditsOf(item), ...(machine && { machine }) });
      }
      return [...found, ...unreadable.map((atMs) => ({ atMs, credits: greatest }))];
    },

    entryOf,

    /** Oldest first. */
    entries: (sinceMs: number): LedgerEntry[] =>
      [...items.values()]
        .filter(({ atMs }) => atMs >= sinceMs)
        .sort((a, b) => a.atMs - b.atMs)
        .flatMap((item) => entryOf(item) ?? []),
  };
}

/** @returns undefined where nothing was set aside. */
function entryOf({ reserved, settled }: LedgerItem): LedgerEntry | undefined {
  if (!reserved) return undefined;
  const { kind: _, machine: __, credits, ...entry } = reserved;
  return { ...entry, reserved: credits, ...(settled && { settled: endOf(settled) }) };
}

/** What a generation counts for: all that was set aside, until it is known what it cost. */
export function creditsOf({ reserved, settled }: LedgerItem): number {
  return settled ? settled.charged + settled.uncertain : (reserved?.credits ?? 0);
}

function endOf({ at, charged, uncertain }: Line<'settled'>) {
  return { at, charged, uncertain };
}

function keyOf(reelId: string, generation: number): string {
  return `${reelId} ${generation}`;
}
