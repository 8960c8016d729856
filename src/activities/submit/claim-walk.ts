/**
 * Finds out from the claims alone what became of a generation.
 *
 * Claims are numbered from 1 without gaps. A sender uses the first number that does not exist, and that
 * number only: when its creation fails, somebody else sends or has proven that nobody did, and it must not
 * go on to the next number. That is what makes a void claim a proof.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Submitted } from '../../domain/activity-args';
import type { FailureEnvelope } from '../../domain/failure';
import { entryOf } from '../../runway/failures/error-catalog';
import { failureEnvelope } from '../../runway/failures/failure-envelope';
import type { ClaimAnswer, ClaimEntry, Claims } from '../../storage/claims/claims';

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

const LOOK_EVERY_MS = 500;

/** A bare claim may belong to a sender that is still waiting for its answer: gives it that time. */
async function lateAnswer(
  claims: Claims,
  key: Parameters<Claims['read']>[0],
  entry: ClaimEntry,
  signal?: AbortSignal,
): Promise<ClaimAnswer | 'void' | undefined> {
  while (Date.now() < Date.parse(entry.answerBefore)) {
    await sleep(LOOK_EVERY_MS, undefined, { signal });
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
