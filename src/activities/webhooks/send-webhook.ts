import { activityInfo, cancellationSignal, log } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { isAdminName, NO_ADMINS } from '../../domain/admins';
import { WEBHOOK_SLOTS } from '../../domain/task-queues';
import type { SendWebhookArgs, WebhookTry } from '../../domain/webhook';
import { eventWithoutAccount } from '../../runway/failures/without-account';
import { parseRetryAfter } from '../../runway/calls/retry-after';
import { postWebhook, signedHeaders, type WebhookAnswer } from '../../webhooks/post-webhook';
import { confirmedEvent } from './confirmed-event';
import { storageCall } from '../storage-call';
import type { ActivityDeps } from '../deps';
import { whileBeating } from '../heartbeat';
import { backoffMs, WEBHOOK_SHARE_BACKOFF } from '../pacing';
import { SlotShares } from '../slot-shares';
import { wellFormedJson } from '../../contract/text';

/** POSTs for one try of the workflow's schedule, at most: a worker that dies over one may have sent it. */
const SENDS = 3;

/** Kept over the attempts of one try. */
interface Progress {
  /** POSTs that were begun. */
  readonly sends: number;
}

/**
 * Sends an event once. An answer that is no 2xx is a result, not a failure: the workflow decides when the next try is.
 *
 * @throws ApplicationFailure, retryable: the share of the client or of the receiver is used up. The slot is free for
 * others until the next attempt.
 */
export function sendWebhook(
  deps: Pick<ActivityDeps, 'webhooks' | 'storage' | 'publicUrl' | 'admins' | 'proxies'>,
  shares = new SlotShares(WEBHOOK_SLOTS),
) {
  const { webhooks, proxies } = deps;
  return async (args: SendWebhookArgs): Promise<WebhookTry> => {
    const { attempt, heartbeatDetails } = activityInfo();
    const { sends } = (heartbeatDetails ?? { sends: 0 }) as Progress;
    if (sends >= SENDS) return { outcome: 'failed', words: 'no worker came to its end with it' };
    const known = await storageCall(() => confirmedEvent(deps, args.receiver.reelId, args.event.id));
    if (!known) return { outcome: 'refused', words: 'not sent: storage knows of no such event' };
    const { receiver } = known;
    const event = isAdminName(deps.admins ?? NO_ADMINS, receiver.client)
      ? known.event
      : eventWithoutAccount(known.event);
    const secrets = webhooks.secrets.filter(({ client }) => client === receiver.client);
    if (secrets.length === 0) {
      return { outcome: 'failed', words: `not sent: WEBHOOK_SECRET has no secret for ${receiver.client}` };
    }
    const body = wellFormedJson(event.body);
    const now = new Date();
    const signed = signedHeaders(
      event,
      body,
      secrets.map(({ secret }) => secret),
      now,
    );
    const release = shares.take(receiver.client, originOf(receiver.url));
    if (!release) throw busy(receiver.client, shares.inUse(receiver.client), attempt);
    const answer = await whileBeating(
      () =>
        postWebhook({
          url: receiver.url,
          allowLoopback: webhooks.allowLoopback,
          proxies,
          headers: { 'content-type': 'application/json', 'user-agent': 'durable-reels', ...signed },
          body,
          // Another attempt sends it now, and what comes after it must not be overtaken by this one.
          signal: cancellationSignal(),
        }),
      () => ({ sends: sends + 1 }) satisfies Progress,
    ).finally(release);
    const result = tryOf(answer, now);
    log.info(`webhook ${event.body.type}: ${result.words}`, { reelId: receiver.reelId, event: event.id });
    return result;
  };
}

/** What tells one receiver from another: many URLs may lead to one that does not answer. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function busy(client: string, inUse: number, attempt: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'Webhook.ShareUsedUp',
    message: `Not sent yet: ${inUse} webhooks of ${client} are under way on this worker, and their receivers are slow.`,
    nextRetryDelay: backoffMs(attempt, WEBHOOK_SHARE_BACKOFF),
    category: ApplicationFailureCategory.BENIGN,
  });
}

function tryOf(answer: WebhookAnswer, now: Date): WebhookTry {
  if ('fault' in answer) return { outcome: 'failed', words: answer.fault };
  const { status } = answer;
  if (status >= 200 && status < 300) return { outcome: 'delivered', words: `HTTP ${status}`, status };
  if (status === 410) return { outcome: 'gone', words: 'HTTP 410: it wants nothing more', status };
  const retryAfterMs = parseRetryAfter(answer.retryAfter, now.getTime());
  const redirect = status >= 300 && status < 400 ? ': a redirect is not followed' : '';
  return {
    outcome: 'failed',
    words: `HTTP ${status}${redirect}`,
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}
