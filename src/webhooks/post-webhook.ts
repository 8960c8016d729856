/** One POST to an address that a caller named: it reaches the public Internet or nothing. */
import { type Dispatcher, request } from 'undici';
import type { ProxySettings } from '../platform/outbound/proxies';
import { faultWords, guardedAgent, OutOfReach, type Resolve } from '../platform/outbound/guarded-agent';
import { Webhook } from 'standardwebhooks';
import type { WebhookEvent } from '../domain/webhook';

export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allowLoopback: boolean;
  /** Bounds the whole exchange: name, connection, answer. */
  readonly timeoutMs?: number;
  /** Ends it sooner. */
  readonly signal?: AbortSignal;
  readonly resolve?: Resolve;
  readonly proxies?: ProxySettings;
}

export type WebhookAnswer =
  { readonly status: number; readonly retryAfter?: string } | { readonly fault: string };

/** Less than the time-out of the activity (`POST` in `workflows/policies.ts`). */
const TIMEOUT_MS = 15_000;
/** What is read of an answer, for the sake of receivers that mind a closed connection. It tells nothing. */
const BODY_BYTES = 16_384;

/** Sends once, to exactly the address that was checked, and follows no redirect. Never throws. */
export async function postWebhook(post: WebhookPost): Promise<WebhookAnswer> {
  const { timeoutMs = TIMEOUT_MS, headers, body, allowLoopback, signal: ended, resolve, proxies } = post;
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, timeoutMs);
  if (ended?.aborted) abort();
  ended?.addEventListener('abort', abort);
  let agent: Dispatcher | undefined;
  try {
    const url = new URL(post.url);
    const reach = allowLoopback ? 'public_or_loopback' : 'public';
    agent = await guardedAgent(url, {
      reach,
      connectTimeoutMs: timeoutMs,
      signal: stop.signal,
      resolve,
      proxies,
    });
    const answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers,
      body,
      signal: stop.signal,
    });
    // The status is the answer, however the rest comes.
    await answer.body.dump({ limit: BODY_BYTES, signal: stop.signal }).catch(() => undefined);
    const retryAfter = answer.headers['retry-after'];
    return { status: answer.statusCode, ...(typeof retryAfter === 'string' && { retryAfter }) };
  } catch (error) {
    if (ended?.aborted) return { fault: 'it was stopped before an answer came' };
    return { fault: stop.signal.aborted ? `no answer within ${timeoutMs / 1_000} s` : wordsOf(error) };
  } finally {
    clearTimeout(timer);
    ended?.removeEventListener('abort', abort);
    await agent?.destroy();
  }
}

function wordsOf(error: unknown): string {
  return error instanceof OutOfReach ? `not sent: ${error.message}` : faultWords(error);
}

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
