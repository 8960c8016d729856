import { z } from 'zod';
import { type Answer, invalid } from './answer';
import type { Ledger } from '../ledger/ledger';
import { MODELS } from './models';

const DAY_MS = 86_400_000;

/** GET /v1/organization: as old as the account's counter delay. */
export function organization(ledger: Ledger, now: number): Answer {
  const { maxConcurrent, maxDaily, counterDelaySeconds } = ledger.account;
  const then = now - counterDelaySeconds * 1000;
  const perModel = <T>(value: (name: string) => T) =>
    Object.fromEntries(Object.keys(MODELS).map((name) => [name, value(name)]));
  const daily = ledger.daily(then);
  return {
    status: 200,
    json: {
      creditBalance: ledger.balance(then),
      tier: {
        maxMonthlyCreditSpend: 10_000_000,
        models: perModel(() => ({ maxConcurrentGenerations: maxConcurrent, maxDailyGenerations: maxDaily })),
      },
      usage: { models: perModel((name) => ({ dailyGenerations: daily[name] ?? 0 })) },
    },
  };
}

const usageSchema = z.strictObject({
  startDate: z.iso.date().optional(),
  beforeDate: z.iso.date().optional(),
});

/** POST /v1/organization/usage: net credits by UTC day and model, up to 90 days. */
export function organizationUsage(ledger: Ledger, body: unknown, now: number): Answer {
  const parsed = usageSchema.safeParse(body ?? {});
  if (!parsed.success) return invalid(parsed.error.issues);
  const { startDate, beforeDate } = parsed.data;
  const start = startDate === undefined ? startOfDay(now) - 30 * DAY_MS : Date.parse(startDate);
  // Thirty days, and today: the end is not inclusive.
  const before = beforeDate === undefined ? start + 31 * DAY_MS : Date.parse(beforeDate);
  if (before <= start || before - start > 90 * DAY_MS) {
    return invalid([
      { code: 'custom', path: ['beforeDate'], message: 'Must be 1 to 90 days after the start date' },
    ]);
  }
  const days = ledger.usage(now);
  const results = [];
  for (let at = start; at < before; at += DAY_MS) {
    const date = new Date(at).toISOString().slice(0, 10);
    const usedCredits = Object.entries(days.get(date) ?? {}).map(([model, amount]) => ({ model, amount }));
    results.push({ date, usedCredits });
  }
  const models = [...new Set(results.flatMap(({ usedCredits }) => usedCredits.map(({ model }) => model)))];
  return { status: 200, json: { results, models } };
}

const startOfDay = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS;
