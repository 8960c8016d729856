/**
 * Claims: the fence around every paid POST.
 *
 * The n-th claim on a generation is one file, created exclusively and synced to disk before a byte leaves.
 * Its answer is appended and synced before the sender returns. Later callers find out what became of
 * the generation from the files alone: no file ever names a sender that could still begin to send, because
 * creating a file (as a claim or as `void`) makes every other creation of it fail.
 */
import type { Counters } from '../../contract/schemas/findings';

export interface Claims {
  /**
   * Creates claim `number` for this sender.
   *
   * @returns false when it exists already (claimed or void): the caller must not send.
   * @throws StorageError `disk` when it could not be made durable: the caller must not send.
   */
  claim(key: ClaimKey, claim: ClaimEntry): Promise<boolean>;
  /** Creates claim `number` as void: from then on nobody can send under it. False when it exists already. */
  voidClaim(key: ClaimKey): Promise<boolean>;
  /** Appends the answer to an existing claim and syncs it. */
  answer(key: ClaimKey, answer: ClaimAnswer): Promise<void>;
  /**
   * The claim as it stands; undefined when it does not exist. A torn answer reads as no answer; of several, a task
   * ID counts first, else the latest. A claim that was not durable and so was never used reads as void.
   */
  read(key: ClaimKey): Promise<ClaimState | undefined>;
  /** All claims of a reel, in no order. */
  list(reelId: string): Promise<ClaimKey[]>;
  /**
   * Binds a Runway task that is to be adopted to one generation, for good: of several callers, in whatever process, the
   * first one gets it.
   *
   * @returns the generation that has it; undefined when that cannot be read any more (it belongs to some generation).
   * @throws StorageError `disk` when it could not be made durable: it must not be relied on.
   */
  takeTask(runwayTaskId: string, generation: TaskOwner): Promise<TaskOwner | undefined>;
  /** Gives back a task that was taken, and then was not written into the claim. */
  releaseTask(runwayTaskId: string): Promise<void>;
}

/** The generation that a task belongs to. */
export type TaskOwner = Pick<ClaimKey, 'reelId' | 'generation'>;

export interface ClaimKey {
  readonly reelId: string;
  readonly generation: number;
  /** From 1. The next one is used only after the earlier ones are void or hold a refusal. */
  readonly number: number;
}

export interface ClaimEntry {
  readonly claimedAt: string;
  /** Nobody starts to send under this claim after this time: a paused process checks it when it wakes up. */
  readonly sendBefore: string;
  /** No live sender is still waiting for an answer after this time. */
  readonly answerBefore: string;
  /** The sender, for the operator: host, process, Temporal run and attempt. */
  readonly sender: string;
  /** Runway's counters right before, where they could be read: evidence, should the answer be lost. */
  readonly before?: Counters;
}

export type ClaimAnswer =
  | {
      readonly kind: 'created';
      readonly at: string;
      readonly runwayTaskId: string;
      readonly estimatedCredits?: number;
      readonly requestId?: string;
    }
  /** Runway answered that it took nothing, or the request provably never left. */
  | { readonly kind: 'refused'; readonly at: string; readonly failure: unknown }
  /** The sender itself does not know. */
  | { readonly kind: 'unknown'; readonly at: string; readonly failure: unknown };

export type ClaimState =
  | { readonly kind: 'void' }
  | { readonly kind: 'claimed'; readonly entry: ClaimEntry; readonly answer?: ClaimAnswer };
