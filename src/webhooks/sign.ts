import { Webhook } from 'standardwebhooks';
import type { WebhookEvent } from '../domain/webhook';

/**
 * The headers of Standard Webhooks 1.0 for one try. With two secrets, during a rotation, there are two signatures.
 *
 * @param body the bytes that are sent, exactly.
 */
export function signedHeaders(
  { id }: Pick<WebhookEvent, 'id'>,
  body: string,
  secrets: readonly string[],
  now: Date,
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  };
}
