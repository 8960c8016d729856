import { createHmac, timingSafeEqual } from 'node:crypto';

const VALID_MS = 24 * 3_600_000;

/** A path with an expiry (Unix seconds) and an HMAC-SHA256 over both; valid for 24 hours. */
export function signPath(key: Buffer, path: string, now: Date): string {
  const expires = String(Math.floor((now.getTime() + VALID_MS) / 1_000));
  return `${path}?expires=${expires}&signature=${signature(key, path, expires)}`;
}

/** `absent`: the query has no signature at all. */
export function checkSignature(
  key: Buffer,
  path: string,
  query: Readonly<Record<string, unknown>>,
  now: Date,
): 'valid' | 'absent' | 'expired' | 'invalid' {
  const { expires, signature: given } = query;
  if (expires === undefined && given === undefined) return 'absent';
  if (typeof expires !== 'string' || typeof given !== 'string' || !/^\d{1,12}$/.test(expires)) {
    return 'invalid';
  }
  const wanted = Buffer.from(signature(key, path, expires));
  const actual = Buffer.from(given);
  if (wanted.length !== actual.length || !timingSafeEqual(wanted, actual)) return 'invalid';
  return Number(expires) * 1_000 > now.getTime() ? 'valid' : 'expired';
}

function signature(key: Buffer, path: string, expires: string): string {
  return createHmac('sha256', key).update(`${path}\n${expires}`).digest('base64url');
}
