import { formatCredits } from '../domain/money';
import type { ReelHead } from '../domain/reel-state';
import { dailyLimits } from './daily-limits';
import type { ApiDeps } from './deps';
import { Problem } from './problem';

/**
 * Sets the first generation's credits aside, once for each reel.
 *
 * @throws Problem 429 `daily_budget_reached` when the last 24 hours leave no room for it.
 */
export async function reserveCredits(
  { storage, settings }: Pick<ApiDeps, 'storage' | 'settings'>,
  { id: reelId, client, request: { model }, estimatedCredits: credits }: ReelHead,
  now: Date,
): Promise<void> {
  const limits = dailyLimits(settings, client);
  const entry = { reelId, generation: 1, client, model, credits, at: now.toISOString() };
  const answer = await storage.ledger.reserve(entry, limits);
  if (answer.ok) return;

  const { limit, committed, freeAt } = answer;
  const setting =
    limit === limits.client && limit !== limits.total ? 'KEY_DAILY_MAX_CREDITS' : 'DAILY_MAX_CREDITS';
  const when = freeAt === undefined ? 'It never fits under this limit.' : `There is room again at ${freeAt}.`;
  throw new Problem(
    429,
    'daily_budget_reached',
    'The daily budget is reached',
    `${setting} allows ${formatCredits(limit)} in 24 hours. ${formatCredits(committed)} are spent or set aside, and ` +
      `this reel may cost ${formatCredits(credits)}. Nothing was started. ${when}`,
    {
      headers: freeAt === undefined ? {} : { 'Retry-After': String(secondsUntil(freeAt, now)) },
      members: { limit, committed, estimated: credits, freeAt },
    },
  );
}

function secondsUntil(time: string, now: Date): number {
  return Math.max(1, Math.ceil((Date.parse(time) - now.getTime()) / 1_000));
}
