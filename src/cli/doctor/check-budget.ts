import { NEARLY_USED_UP } from '../../contract/money';
import type { DailyBudget, DailyUse } from '../../contract/schemas/usage';
import { dailyUseText } from '../text/words';
import type { Check } from './check';

/** Whether the limits on what 24 hours may cost leave room; `GET /v1/usage` tells. */
export function checkBudget({ all, own }: DailyBudget): Check[] {
  const ofAll = all && checkUse('daily budget', 'DAILY_MAX_CREDITS', all);
  const ofKey = checkUse('budget of your key', 'KEY_DAILY_MAX_CREDITS', own);
  // Few keys have a limit of their own: whoever sees the one over all need not read that.
  return ofAll ? [ofAll, ...(own.limit === undefined ? [] : [ofKey])] : [ofKey];
}

function checkUse(name: string, setting: string, use: DailyUse): Check {
  const { committed, limit } = use;
  const finding = `${dailyUseText(use)} in 24 h`;
  if (limit === undefined) return { name, state: 'good', finding: `${finding}; ${setting} sets no limit` };
  if (committed < limit * NEARLY_USED_UP) return { name, state: 'good', finding };
  const raise = `raise ${setting} and start API and worker again. Where it went: durable-reels usage`;
  return committed < limit
    ? { name, state: 'warning', finding, cure: `Soon new reels will be refused. If it is wanted, ${raise}` }
    : {
        name,
        state: 'bad',
        finding,
        cure: `New reels are refused until older ones are a day old. Wait, or ${raise}`,
      };
}
