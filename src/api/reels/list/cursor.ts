import { createHmac, timingSafeEqual } from 'node:crypto';

const MAC_BYTES = 16;

/**
 * Seals Temporal's page token as a cursor. Temporal answers a token that it cannot read, or one of another
 * query, with a failure that looks like an outage: a cursor that was changed must not get that far.
 */
export function sealCursor(key: Buffer, query: string, token: Uint8Array): string {
  return Buffer.concat([mac(key, query, token), token]).toString('base64url');
}

/** @returns undefined for a cursor that was not made for this query */
export function openCursor(key: Buffer, query: string, cursor: string): Buffer | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  const token = bytes.subarray(MAC_BYTES);
  if (token.length === 0) return undefined;
  return timingSafeEqual(mac(key, query, token), bytes.subarray(0, MAC_BYTES)) ? token : undefined;
}

function mac(key: Buffer, query: string, token: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`cursor\n${query}\n`).update(token).digest().subarray(0, MAC_BYTES);
}
