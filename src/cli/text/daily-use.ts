import type { DailyUse } from '../../contract/schemas/usage';
import { formatCredits } from '../../contract/money';

/** `$3.20 (320 credits) of $20.00 (2000 credits)`, or the first half where there is no limit. */
export function dailyUseText({ committed, limit }: DailyUse): string {
  return limit === undefined
    ? formatCredits(committed)
    : `${formatCredits(committed)} of ${formatCredits(limit)}`;
}
