import { LOCAL_CLIENT } from '../../domain/admins';
import type { ReelHead } from '../../domain/reel';

/**
 * The head of a reel that was not ordered over HTTP: its run was started from another workflow or the UI. It belongs to
 * the client `local` whatever its input says, stands for no other client's idempotency key and is no remake.
 */
export function foreignHead({ remakeOf: _, ...head }: ReelHead): ReelHead {
  return head.client === LOCAL_CLIENT ? head : { ...head, client: LOCAL_CLIENT, bodyHash: '' };
}
