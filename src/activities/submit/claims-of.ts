import type { ClaimKey, Claims, ClaimState } from '../../storage/claims/claims';

/** All claims of a generation as they stand now, from the first. */
export async function claimsOf(
  claims: Claims,
  { reelId, generation }: Pick<ClaimKey, 'reelId' | 'generation'>,
): Promise<{ readonly key: ClaimKey; readonly state: ClaimState }[]> {
  const found: { key: ClaimKey; state: ClaimState }[] = [];
  for (let number = 1; ; number += 1) {
    const key = { reelId, generation, number };
    const state = await claims.read(key);
    if (state === undefined) return found;
    found.push({ key, state });
  }
}

/** The claim whose outcome is open: the last one that somebody sent under. Nobody ever sends past it. */
export async function lastSent(
  claims: Claims,
  generation: Pick<ClaimKey, 'reelId' | 'generation'>,
): Promise<{ readonly key: ClaimKey; readonly state: Extract<ClaimState, { kind: 'claimed' }> } | undefined> {
  for (const { key, state } of (await claimsOf(claims, generation)).reverse()) {
    if (state.kind === 'claimed') return { key, state };
  }
  return undefined;
}

/** Whether a later generation of the reel was sent: in a run whose history was reset, or is gone. */
export async function wasFollowed(
  claims: Claims,
  { reelId, generation }: Pick<ClaimKey, 'reelId' | 'generation'>,
): Promise<boolean> {
  for (const key of await claims.list(reelId)) {
    if (key.generation > generation && (await claims.read(key))?.kind === 'claimed') return true;
  }
  return false;
}
