import { sleep } from '@temporalio/workflow';
import type { Resolution, Waiting } from '../../contract/schemas/reel';
import type { AcceptedReel, FallbackStep } from '../../domain/generate-reel';
import { formatCredits } from '../../contract/money';
import type { ResolveAction } from '../../contract/reel';
import { NamedFailure } from '../../domain/failure';
import type { ReelContext } from './reel-context';
import * as change from './reel-changes';
import { cutText } from '../../contract/text';

/** What the steps of one clip share. */
export interface RunContext {
  readonly accepted: AcceptedReel;
  readonly reel: ReelContext;
  /** Where a decision arrives; `pending` is undefined while none is awaited. */
  readonly decisions: { pending?: PendingDecision };
  /** Generations begun so far. */
  generations: number;
  /** Milliseconds spent so far on waiting for incidents at Runway. */
  outageWaited: number;
  /** Whether `submit_again` was used: it permits one more submit, not one after each loss. */
  submittedAgain: boolean;
  /** Code of the last generation that did not succeed, for the metrics. */
  lastFailure?: string;
}

export interface PendingDecision {
  readonly generation: number;
  readonly actions: readonly ResolveAction[];
  /** Why another generation is not possible now, in words; undefined when it is. */
  readonly noRegenerate: () => string | undefined;
  resolution?: Resolution;
}

export function now(): string {
  return new Date().toISOString();
}

/**
 * The failure of an end that the workflow itself comes to, when nothing is under way at Runway. It names the last
 * generation that failed, which is why the reel had to go on for so long.
 */
export function ownEnd({ accepted, reel }: RunContext, code: keyof AcceptedReel['ends']): NamedFailure {
  const end = accepted.ends[code];
  const { generations, credits } = reel.state;
  const last = generations.findLast(({ failureCode }) => failureCode !== undefined);
  const unsure = credits.uncertain > 0 ? `, and perhaps ${formatCredits(credits.uncertain)} more` : '';
  const message = [
    `${end.title}.`,
    last && `Generation ${last.number} ended before with ${cutText(last.failureCode ?? '', 100)}.`,
    `Charged so far: ${formatCredits(credits.charged)}${unsure}.`,
    end.advice[0],
  ];
  return new NamedFailure({
    ...end,
    message: message.filter(Boolean).join(' '),
    chargedCredits: 0,
    ...(last?.runwayTaskId === undefined ? {} : { operationId: last.runwayTaskId }),
  });
}

/** Why another generation with these settings is not possible, in words; undefined when it is. */
export function whyNoRegenerate({ reel, accepted }: RunContext, step: FallbackStep): string | undefined {
  const { head, policy } = accepted;
  if (change.committedCredits(reel.state) + step.estimatedCredits > head.maxCredits) {
    return `maxCredits of ${head.maxCredits} leaves no room for another generation`;
  }
  return Date.now() >= Date.parse(policy.deadlineAt)
    ? `the deadline of the reel passed at ${policy.deadlineAt}: abandon it and make it again`
    : undefined;
}

/**
 * Waits on a durable timer, and shows the reason on the reel.
 *
 * @throws NamedFailure `deadline_exceeded` at once when the reel's deadline comes first.
 */
export async function pause(
  context: RunContext,
  ms: number,
  phase: 'waiting_to_retry' | 'waiting_for_runway' | 'waiting_for_fallback',
  waiting: Omit<Waiting, 'nextAt'>,
): Promise<void> {
  const nextAt = Date.now() + ms;
  if (nextAt >= Date.parse(context.accepted.policy.deadlineAt)) throw ownEnd(context, 'deadline_exceeded');
  const shown = { ...waiting, nextAt: new Date(nextAt).toISOString() };
  context.reel.show(change.waitingFor(context.reel.state, now(), phase, shown));
  await sleep(ms, { summary: waiting.for });
}
