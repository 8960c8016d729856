import type { ReelRequest } from '../../../contract/schemas/request';
import { parseReelRequest } from '../../../runway/models/request-rules';
import { bodyHash } from './idempotency';
import { invalidRequest } from '../../http/parse-input';

/** What a body asks for, and the hash by which an idempotent repeat is known. */
export interface ParsedOrder {
  readonly request: ReelRequest;
  readonly bodyHash: string;
}

/** @throws Problem 400 naming every wrong field */
export function readOrder(body: unknown): ParsedOrder {
  return { request: checked(body), bodyHash: bodyHash(body) };
}

/**
 * The same reel once more. The rules of today decide: a model may have gone, or changed its limits.
 *
 * @throws Problem 400 naming every field that is not right any more
 */
export function orderAgain(id: string, request: ReelRequest): ParsedOrder {
  return { request: checked(request, { storedImages: true }), bodyHash: bodyHash({ remakeOf: id }) };
}

function checked(body: unknown, options?: { storedImages: boolean }): ReelRequest {
  const parsed = parseReelRequest(body, options);
  if (parsed.ok) return parsed.request;
  throw invalidRequest(parsed.issues);
}
