import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../deps';

/**
 * A signed session of a client: `<client>.<expiry in Unix seconds>.<random>.<HMAC>`. The key that was exchanged is part
 * of what is signed: the session ends when that key leaves REEL_API_KEYS. The random part makes each session distinct.
 */
export function makeSession(signingKey: Buffer, key: ApiKey, expiresAt: Date): string {
  const expires = String(Math.floor(expiresAt.getTime() / 1_000));
  const nonce = randomBytes(12).toString('base64url');
  return `${key.client}.${expires}.${nonce}.${sign(signingKey, key, expires, nonce)}`;
}

const TOKEN = /^([\w-]+)\.(\d{1,12})\.([\w-]{16})\.([\w-]+)$/;

/** @returns the key that the session stands for; undefined when it is none, has expired, or its key is gone. */
export function openSession(
  signingKey: Buffer,
  apiKeys: readonly ApiKey[],
  token: string,
  now: Date,
): ApiKey | undefined {
  const [, client, expires = '', nonce = '', mac = ''] = TOKEN.exec(token) ?? [];
  if (expiryOf(token).getTime() <= now.getTime()) return undefined;
  const given = Buffer.from(mac);
  return apiKeys.find((key) => {
    if (key.client !== client) return false;
    const wanted = Buffer.from(sign(signingKey, key, expires, nonce));
    return wanted.length === given.length && timingSafeEqual(wanted, given);
  });
}

/** When a session expires; the epoch for a text that is no session. */
export function expiryOf(token: string): Date {
  return new Date(Number(TOKEN.exec(token)?.[2] ?? 0) * 1_000);
}

/** The ID under which an ended session is remembered; it cannot be used as a session. */
export function sessionId(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function sign(signingKey: Buffer, { client, sha256 }: ApiKey, expires: string, nonce: string): string {
  return createHmac('sha256', signingKey)
    .update(`session\n${client}\n${expires}\n${nonce}\n${sha256}`)
    .digest('base64url');
}
