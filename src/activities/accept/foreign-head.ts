import { LOCAL_CLIENT } from '../../domain/admins';
import type { ReelHead } from '../../domain/reel';

/**
 * A reel that nobody ordered here: another workflow, or a person, started its run. It belongs to the client `local`,
 * whatever is said of it, stands for no other client's idempotency key and is no remake.
 */
export function foreignHead({ remakeOf: _, ...head }: ReelHead): ReelHead {
  return head.client === LOCAL_CLIENT ? head : { ...head, client: LOCAL_CLIENT, bodyHash: '' };
}
