import { cancellationSignal, log } from '@temporalio/activity';
import type { SendWebhookArgs, WebhookTry } from '../domain/webhook-delivery';
import { parseRetryAfter } from '../runway/retry-after';
import { postWebhook, type WebhookAnswer } from '../webhooks/post-webhook';
import { signedHeaders } from '../webhooks/sign';
import type { ActivityDeps } from './deps';
import { whileBeating } from './heartbeat';

const BEAT_MS = 1_000;

/** Sends an event once. An answer that is no 2xx is a result, not a failure: the workflow decides when the next try is. */
export function sendWebhook({ webhooks }: Pick<ActivityDeps, 'webhooks'>) {
  return async ({ receiver, event }: SendWebhookArgs): Promise<WebhookTry> => {
    const secrets = webhooks.secrets.filter(({ client }) => client === receiver.client);
    if (secrets.length === 0) {
      return { outcome: 'failed', words: `not sent: WEBHOOK_SECRET has no secret for ${receiver.client}` };
    }
    const body = JSON.stringify(event.body);
    const now = new Date();
    const signed = signedHeaders(
      event,
      body,
      secrets.map(({ secret }) => secret),
      now,
    );
    const answer = await whileBeating(
      BEAT_MS,
      () => undefined,
      () =>
        postWebhook({
          url: receiver.url,
          allowLoopback: webhooks.allowLoopback,
          headers: { 'content-type': 'application/json', 'user-agent': 'durable-reels', ...signed },
          body,
          // Another attempt sends it now, and what comes after it must not be overtaken by this one.
          signal: cancellationSignal(),
        }),
    );
    const result = tryOf(answer, now);
    log.info(`webhook ${event.body.type}: ${result.words}`, { reelId: receiver.reelId, event: event.id });
    return result;
  };
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
