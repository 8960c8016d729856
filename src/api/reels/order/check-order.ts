import { formatCredits } from '../../../contract/money';
import type { ReelHead } from '../../../domain/reel';
import { waitProblem } from '../../../runway/models/wait-problem';
import { NO_WEBHOOKS, webhookProblem } from '../../../webhooks/receiver';
import { dailyLimits } from '../../usage/daily-budget';
import type { ApiSettings } from '../../deps';
import { invalidRequest } from '../../http/parse-input';
import { Problem } from '../../http/problem';

type Checked = Pick<ReelHead, 'client' | 'request' | 'estimatedCredits' | 'maxCredits'>;

/**
 * Refuses a valid request because of the service's settings or its client's limits. An order and an estimate both go through
 * here, so that the one never promises what the other refuses.
 *
 * @throws Problem 400, and 429 for what no day has room for.
 */
export function checkOrder(settings: ApiSettings, order: Checked): void {
  requireTime(settings, order);
  requireAffordable(order);
  requireReceiver(settings, order);
  requirePossible(settings, order);
}

/** `maxCredits` of the request was checked before: this is where DEFAULT_MAX_CREDITS does not cover one generation. */
function requireAffordable({ estimatedCredits, maxCredits }: Checked): void {
  if (maxCredits >= estimatedCredits) return;
  const message =
    `One generation of this reel may cost ${formatCredits(estimatedCredits)}, and DEFAULT_MAX_CREDITS allows ` +
    `${formatCredits(maxCredits)}: send maxCredits of at least ${estimatedCredits}.`;
  throw invalidRequest([{ field: 'maxCredits', message }]);
}

/** A fallback `wait` must not outlast the reel; the worker asks the same. */
function requireTime({ fallbackTimes }: ApiSettings, { request }: Checked): void {
  const message = fallbackTimes && waitProblem(request, fallbackTimes);
  if (message) throw invalidRequest([{ field: 'fallbacks', message }]);
}

/** The webhook can be signed, and does not lead into our own network. */
function requireReceiver(
  { webhooks = NO_WEBHOOKS }: ApiSettings,
  { client, request: { webhookUrl } }: Checked,
): void {
  const message = webhookUrl !== undefined && webhookProblem(webhookUrl, client, webhooks);
  if (message) throw invalidRequest([{ field: 'webhookUrl', message }]);
}

/** What one reel may cost must fit into an empty day. How much the service may spend in all is for admins. */
function requirePossible(settings: ApiSettings, { client, estimatedCredits: estimated }: Checked): void {
  const limits = dailyLimits(settings, client);
  const limited = (['client', 'total'] as const).find((name) => estimated > (limits[name] ?? Infinity));
  if (limited === undefined) return;
  const setting = limited === 'client' ? 'KEY_DAILY_MAX_CREDITS' : 'DAILY_MAX_CREDITS';
  const detail = `This reel may cost ${formatCredits(estimated)}, more than ${setting} allows in 24 hours: it never fits. Nothing was started.`;
  throw new Problem('daily_budget_reached', detail, {
    title: 'The daily budget is too small',
    members: { estimated },
  });
}
