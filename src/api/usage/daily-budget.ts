import { HOUR_MS } from '../../contract/duration';
import { formatCredits } from '../../contract/money';
import type { DailyBudget } from '../../contract/schemas/usage';
import type { ReelHead } from '../../domain/reel';
import { isAdminClient } from '../access/auth';
import type { ApiDeps, ApiSettings } from '../deps';
import { Problem } from '../http/problem';

/** Credits that any 24 hours may cost, over all reels and for those of one client; what has no limit is absent. */
export function dailyLimits(
  { dailyMaxCredits: total, keyDailyMaxCredits = {} }: ApiSettings,
  client: string,
): { total?: number; client?: number } {
  const own = Object.hasOwn(keyDailyMaxCredits, client) ? keyDailyMaxCredits[client] : undefined;
  return { ...(total !== undefined && { total }), ...(own !== undefined && { client: own }) };
}

/**
 * What is spent or set aside in the 24 hours before `now`, beside the limits: counted as for a new reel.
 *
 * @throws StorageError `disk`
 */
export async function dailyUse(
  { storage: { ledger }, settings }: Pick<ApiDeps, 'storage' | 'settings'>,
  { client, admin }: { readonly client: string; readonly admin: boolean },
  now: Date,
): Promise<DailyBudget> {
  const limits = dailyLimits(settings, client);
  const [own, all] = await Promise.all([
    ledger.committed(now, client),
    admin ? ledger.committed(now) : undefined,
  ]);
  return {
    ...(all !== undefined && { all: { committed: all, limit: limits.total } }),
    own: { committed: own, limit: limits.client },
  };
}

/**
 * Places an order with the credits of its first generation, both or neither, once for each reel.
 *
 * @returns the order that stands: of two requests with the same key the first one's.
 * @throws Problem 429 `daily_budget_reached` when the last 24 hours leave no room for it.
 */
export async function placeOrder(
  { storage, settings }: Pick<ApiDeps, 'storage' | 'settings'>,
  head: ReelHead,
  now: Date,
): Promise<ReelHead> {
  const { id: reelId, client, estimatedCredits: credits } = head;
  const entry = { reelId, generation: 1, client, model: head.request.model, credits, at: now.toISOString() };
  const answer = await storage.placeOrder(head, entry, dailyLimits(settings, client));
  if (answer.ok) return answer.order;

  const { of, limit, committed } = answer;
  const setting = of === 'client' ? 'KEY_DAILY_MAX_CREDITS' : 'DAILY_MAX_CREDITS';
  // What all clients spend, and may spend, is for admins.
  const shown = of === 'client' || isAdminClient(settings, client);
  const freeAt = shown ? answer.freeAt : toNextHour(answer.freeAt);
  const used = shown
    ? `${setting} allows ${formatCredits(limit)} in 24 hours. ${formatCredits(committed)} are spent or set aside, and`
    : `What ${setting} allows the service in 24 hours is spent or set aside, and`;
  const when = freeAt === undefined ? 'It never fits under this limit.' : `There is room again at ${freeAt}.`;
  throw new Problem(
    'daily_budget_reached',
    `${used} this reel may cost ${formatCredits(credits)}. Nothing was started. ${when}`,
    {
      headers: freeAt === undefined ? {} : { 'Retry-After': String(secondsUntil(freeAt, now)) },
      members: { ...(shown && { limit, committed }), estimated: credits, freeAt },
    },
  );
}

/** To the second, this time tells when somebody else ordered a reel, and one asked for each price tells what it cost. */
function toNextHour(time: string | undefined): string | undefined {
  return time && new Date(Math.ceil(Date.parse(time) / HOUR_MS) * HOUR_MS).toISOString();
}

function secondsUntil(time: string, now: Date): number {
  return Math.max(1, Math.ceil((Date.parse(time) - now.getTime()) / 1_000));
}
