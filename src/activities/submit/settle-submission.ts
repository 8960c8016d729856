import type { SettleArgs, Settlement } from '../../domain/activity-args';
import type { ActivityDeps } from '../deps';
import { whileBeating } from '../heartbeat';
import { requireOwnStorage } from '../guards/own-backend';
import { settleClaims } from './claim-walk';
import { storageCall } from '../storage-call';

/** Finds out what became of a submit whose activity ended without a word (its worker died, or lost Temporal). */
export function settleSubmission({ backend, storage: { claims } }: ActivityDeps) {
  return async (args: SettleArgs): Promise<Settlement> => {
    requireOwnStorage(backend, args.backend);
    return whileBeating(() => storageCall(() => settleClaims(claims, args, args.estimatedCredits)));
  };
}
