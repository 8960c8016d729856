import type { ApiSettings } from '../deps';

/** Credits that any 24 hours may cost, over all reels and for those of one client; what has no limit is absent. */
export function dailyLimits(
  { dailyMaxCredits: total, keyDailyMaxCredits = {} }: ApiSettings,
  client: string,
): { total?: number; client?: number } {
  const own = Object.hasOwn(keyDailyMaxCredits, client) ? keyDailyMaxCredits[client] : undefined;
  return { ...(total !== undefined && { total }), ...(own !== undefined && { client: own }) };
}
