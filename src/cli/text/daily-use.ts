import type { DailyUse } from '../../contract/schemas/usage';
import { money } from './money';

/** `$3.20 (320 credits) of $20.00 (2000 credits)`, or the first half where there is no limit. */
export function dailyUseText({ committed, limit }: DailyUse): string {
  return limit === undefined ? money(committed) : `${money(committed)} of ${money(limit)}`;
}
