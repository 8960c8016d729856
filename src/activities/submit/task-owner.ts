/** Which generation a Runway task belongs to, as far as claims and ledger tell. */
import type { Storage } from '../../storage/storage';
import type { ClaimState, TaskOwner } from '../../database/claims';
import type { LedgerEntry } from '../../database/credits';
import { claimsOf } from './claim-walk';

/** How far back a task could have been submitted for another reel that is still being decided about. */
const OTHERS_MS = 8 * 86_400_000;

type Claimed = Extract<ClaimState, { kind: 'claimed' }>;

/** One task must never pay for two generations: neither of this reel nor of another. */
export async function isTaken(
  storage: Storage,
  { reelId, generation, runwayTaskId }: TaskOwner & { readonly runwayTaskId: string },
): Promise<boolean> {
  const own = Array.from({ length: generation }, (_, index) => ({ reelId, generation: index + 1 }));
  const others = await generationsSince(storage, Date.now() - OTHERS_MS);
  for (const candidate of [...own, ...others.filter((entry) => entry.reelId !== reelId)]) {
    const claims = await sentOf(storage, candidate);
    if (claims.some(({ answer }) => answer?.kind === 'created' && answer.runwayTaskId === runwayTaskId)) {
      return true;
    }
  }
  return false;
}

/** Generations whose credits were set aside since then: each that was sent is among them. */
export async function generationsSince(storage: Storage, timeMs: number): Promise<LedgerEntry[]> {
  return storage.ledger.list(new Date(timeMs));
}

/** The claims of a generation under which somebody sent, or may have. */
export async function sentOf(storage: Storage, generation: TaskOwner): Promise<Claimed[]> {
  return (await claimsOf(storage.claims, generation)).flatMap(({ state }) =>
    state.kind === 'claimed' ? state : [],
  );
}
