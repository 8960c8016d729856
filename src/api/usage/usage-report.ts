/** Credits of a client's generations by UTC day and by reel. Pure. */
import type { CreditSums, Usage } from '../../contract/schemas/usage';
import type { LedgerEntry } from '../../database/credits';

export function usageReport(entries: readonly LedgerEntry[]): Pick<Usage, 'total' | 'days' | 'reels'> {
  const latestFirst = [...entries].sort((a, b) =>
    a.at < b.at ? 1 : a.at > b.at ? -1 : b.generation - a.generation,
  );
  const days = groupBy(latestFirst, ({ at }) => at.slice(0, 10));
  const reels = groupBy(latestFirst, ({ reelId }) => reelId);
  return {
    total: sumOf(entries),
    days: [...days].map(([date, own]) => ({ date, ...sumOf(own) })),
    reels: [...reels]
      .map(([id, own]) => ({ id, ...firstOf(own), ...sumOf(own) }))
      .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)),
  };
}

/** By the name of the client. */
export function usageByClient(entries: readonly LedgerEntry[]): NonNullable<Usage['clients']> {
  return [...groupBy(entries, ({ client }) => client)]
    .map(([client, own]) => ({ client, ...sumOf(own) }))
    .sort((a, b) => (a.client < b.client ? -1 : 1));
}

function firstOf(latestFirst: readonly LedgerEntry[]): { at: string; model: string } {
  const { at = '', model = '' } = latestFirst.at(-1) ?? {};
  return { at, model };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function sumOf(entries: readonly LedgerEntry[]): CreditSums {
  const sum = (of: (entry: LedgerEntry) => number) => entries.reduce((total, entry) => total + of(entry), 0);
  return {
    charged: sum(({ settled }) => settled?.charged ?? 0),
    refunded: sum(({ settled, reserved }) =>
      settled ? Math.max(0, reserved - settled.charged - settled.uncertain) : 0,
    ),
    uncertain: sum(({ settled }) => settled?.uncertain ?? 0),
    open: sum(({ settled, reserved }) => (settled ? 0 : reserved)),
  };
}
