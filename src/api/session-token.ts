import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from './deps';

/**
 * A signed session of a client: `<client>.<expiry in Unix seconds>.<HMAC>`. The key that was exchanged is part of
 * what is signed: the session ends when that key leaves REEL_API_KEYS.
 */
export function makeSession(signingKey: Buffer, key: ApiKey, expiresAt: Date): string {
  const expires = String(Math.floor(expiresAt.getTime() / 1_000));
  return `${key.client}.${expires}.${sign(signingKey, key, expires)}`;
}

/** @returns the key that the session stands for; undefined when it is none, has expired, or its key is gone. */
export function openSession(
  signingKey: Buffer,
  apiKeys: readonly ApiKey[],
  token: string,
  now: Date,
): ApiKey | undefined {
  const [, client, expires = '', mac = ''] = /^([\w-]+)\.(\d{1,12})\.([\w-]+)$/.exec(token) ?? [];
  if (Number(expires) * 1_000 <= now.getTime()) return undefined;
  const given = Buffer.from(mac);
  return apiKeys.find((key) => {
    if (key.client !== client) return false;
    const wanted = Buffer.from(sign(signingKey, key, expires));
    return wanted.length === given.length && timingSafeEqual(wanted, given);
  });
}

function sign(signingKey: Buffer, { client, sha256 }: ApiKey, expires: string): string {
  return createHmac('sha256', signingKey)
    .update(`session\n${client}\n${expires}\n${sha256}`)
    .digest('base64url');
}
