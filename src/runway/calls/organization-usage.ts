import type { RunwayUsage } from '../../contract/schemas/usage';
import { parseObject } from './answer-text';
import type { Exchange } from './exchange';

/** @returns undefined when Runway did not tell. */
export function organizationUsage({ status, fault, bodyText }: Exchange): RunwayUsage | undefined {
  const results = status === 200 && fault === undefined ? parseObject(bodyText)?.['results'] : undefined;
  if (!Array.isArray(results)) return undefined;
  return { days: (results as unknown[]).flatMap(dayOf) };
}

function dayOf(result: unknown): RunwayUsage['days'][number][] {
  const { date, usedCredits } = (result ?? {}) as { date?: unknown; usedCredits?: unknown };
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(date) || !Array.isArray(usedCredits)) return [];
  const models = (usedCredits as ({ model?: unknown; amount?: unknown } | null)[]).flatMap((used) =>
    typeof used?.model === 'string' && typeof used.amount === 'number'
      ? [[used.model, used.amount] as const]
      : [],
  );
  return [{ date: date.slice(0, 10), models: Object.fromEntries(models) }];
}
