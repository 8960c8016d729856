import type { SettleArgs, Settlement } from '../domain/activity-args';
import { walkClaims } from './claim-walk';
import type { ActivityDeps } from './deps';
import { whileBeating } from './heartbeat';
import { storageCall } from './storage-call';

const BEAT_EVERY_MS = 2_000;

/**
 * Finds out what became of a submit whose activity ended without a word (its worker died, or lost Temporal).
 * Where nothing was claimed it creates the next claim as void: the earlier sender never sent, and never can.
 */
export function settleSubmission({ storage: { claims } }: ActivityDeps) {
  return (args: SettleArgs): Promise<Settlement> =>
    whileBeating(
      BEAT_EVERY_MS,
      () => undefined,
      () =>
        storageCall(async () => {
          for (;;) {
            const walk = await walkClaims(claims, args, args.estimatedCredits);
            if (walk.kind !== 'free') return walk;
            const key = { reelId: args.reelId, generation: args.generation, number: walk.number };
            if (await claims.voidClaim(key)) return { kind: 'not_sent' };
          }
        }),
    );
}
