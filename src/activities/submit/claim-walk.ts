/**
 * Finds out from the claims alone what became of a generation.
 *
 * Claims are numbered from 1 without gaps. A sender uses the first number that does not exist, and that
 * number only: when its creation fails, somebody else sends or has proven that nobody did, and it must not
 * go on to the next number. That is what makes a void claim a proof.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GenerationRef, Settlement, Submitted } from '../../domain/activity-args';
import type { FailureEnvelope } from '../../domain/failure';
import { entryOf } from '../../runway/failures/error-catalog';
import { failureEnvelope } from '../failure';
import type { ClaimAnswer, ClaimEntry, ClaimKey, Claims, ClaimState } from '../../database/claims';

export type ClaimWalk =
  /** Every claim so far is void or holds a refusal that permits another try. */
  | { readonly kind: 'free'; readonly number: number }
  | ({ readonly kind: 'created' } & Submitted)
  | { readonly kind: 'failed'; readonly failure: FailureEnvelope };

interface Generation {
  readonly reelId: string;
  readonly generation: number;
}

/** @param estimatedCredits what a generation may have cost whose outcome is unknown. */
export async function walkClaims(
  claims: Claims,
  { reelId, generation }: Generation,
  estimatedCredits: number,
  signal?: AbortSignal,
): Promise<ClaimWalk> {
  for (let number = 1; ; number += 1) {
    const key = { reelId, generation, number };
    const state = await claims.read(key);
    if (state === undefined) return { kind: 'free', number };
    if (state.kind === 'void') continue;

    const answer = state.answer ?? (await lateAnswer(claims, key, state.entry, signal));
    // The sender itself withdrew: its claim could not be made durable, so it did not send.
    if (answer === 'void') continue;
    if (answer === undefined)
      return { kind: 'failed', failure: unknownOutcome(state.entry, estimatedCredits) };
    if (answer.kind === 'created') {
      const { runwayTaskId, estimatedCredits: estimate, requestId } = answer;
      return {
        kind: 'created',
        runwayTaskId,
        ...(estimate === undefined ? {} : { estimatedCredits: estimate }),
        ...(requestId === undefined ? {} : { requestId }),
      };
    }
    const failure = answer.failure as FailureEnvelope | null;
    if (failure?.schemaVersion !== 1)
      return { kind: 'failed', failure: unknownOutcome(state.entry, estimatedCredits) };
    if (answer.kind === 'unknown' || failure.verdict !== 'retry-call') return { kind: 'failed', failure };
  }
}

const READ_EVERY_MS = 500;

/** A bare claim may belong to a sender that is still waiting for its answer: gives it that time. */
async function lateAnswer(
  claims: Claims,
  key: Parameters<Claims['read']>[0],
  entry: ClaimEntry,
  signal?: AbortSignal,
): Promise<ClaimAnswer | 'void' | undefined> {
  while (Date.now() < Date.parse(entry.answerBefore)) {
    await sleep(READ_EVERY_MS, undefined, { signal });
    const state = await claims.read(key);
    if (state?.kind === 'void') return 'void';
    if (state?.answer) return state.answer;
  }
  return undefined;
}

function unknownOutcome(entry: ClaimEntry, estimatedCredits: number): FailureEnvelope {
  return failureEnvelope(entryOf('submit_outcome_unknown'), {
    words: `claimed at ${entry.claimedAt} by ${entry.sender}, which never wrote down an answer`,
    uncertainCredits: estimatedCredits,
  });
}

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

/** The claim whose outcome is open: the last one under which a request was sent. No sender goes past it. */
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
