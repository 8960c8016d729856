import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Backend } from '../../../domain/backend';
import { withoutNulls } from '../../../contract/nulls';
import { base32 } from '../../../domain/reel';
import { Problem } from '../../http/problem';

const KEY_PATTERN = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;
const ID_LENGTH = 26;

/** The header of a route that makes a reel. */
export const IDEMPOTENCY_KEY = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/)
    .optional()
    .meta({
      description:
        'The same key with the same body always means the same reel. Send one, and the call can be repeated.',
      example: 'lantern-night',
    }),
});

/** @throws Problem 400 when the header is there and cannot be used */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || KEY_PATTERN.test(header)) return header;
  throw new Problem('bad_idempotency_key', 'An Idempotency-Key has 1 to 255 printable ASCII characters.');
}

/**
 * ID of a reel: the same key of the same client is the same reel; without a key it is random. Simulated
 * reels begin with `sim-`, so that one key never names both a simulated and a real reel.
 */
export function reelId(args: { client: string; key?: string; backend: Backend }): string {
  const bytes =
    args.key === undefined
      ? randomBytes(32)
      : createHash('sha256').update(`${args.client}\0${args.key}`).digest();
  return (args.backend.kind === 'simulator' ? 'sim-' : '') + base32(bytes).slice(0, ID_LENGTH);
}

/** Lower-case hex SHA-256 of a body as it was sent: the order of its keys does not count, nor what is null in it. */
export function bodyHash(body: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(withoutNulls(body)))
    .digest('hex');
}

/** JSON with sorted keys. Recursion is safe: parseJson bounds the nesting. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
