import type { GenerationRef, Settlement } from '../../domain/activity-args';
import type { Claims } from '../../storage/claims/claims';
import { walkClaims } from '../submit/claim-walk';

/**
 * What the claims alone say of a generation. Where nothing was claimed it creates the next claim as void: the earlier
 * sender never sent, and never can.
 */
export async function settleClaims(
  claims: Claims,
  generation: Pick<GenerationRef, 'reelId' | 'generation'>,
  estimatedCredits: number,
): Promise<Settlement> {
  for (;;) {
    const walk = await walkClaims(claims, generation, estimatedCredits);
    if (walk.kind !== 'free') return walk;
    const key = { reelId: generation.reelId, generation: generation.generation, number: walk.number };
    if (await claims.voidClaim(key)) return { kind: 'not_sent' };
  }
}
