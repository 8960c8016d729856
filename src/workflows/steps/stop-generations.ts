/** Ends what is under way at Runway when a reel is cancelled, and counts what it cost. */
import { CancellationScope, log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { EndedTask, Settlement } from '../../domain/activity-args';
import type { ReelPolicy } from '../../domain/generate-reel';
import type { ReelHead } from '../../domain/reel';
import * as policies from '../policies';
import type { ReelContext } from '../reel/reel-context';
import * as change from '../reel/reel-changes';
import { countGeneration } from '../reel/reel-metrics';
import { now } from '../reel/run-context';

const activities = proxyActivities<Activities>(policies.RECORD);

/**
 * Without a task ID the claims decide, not this run: before a Reset, the earlier run may have sent what this one has
 * not reached yet. Settling also voids the claim, so that no sender follows.
 *
 * @returns warnings for people.
 */
export async function stopGenerations(
  reel: ReelContext,
  policy: Pick<ReelPolicy, 'submitTimeoutMs'>,
): Promise<string[]> {
  const { head } = reel;
  const warnings: string[] = [];
  const open = change.openGeneration(reel.state);
  for (let number = open?.number ?? reel.state.generations.length + 1; ; number += 1) {
    const shown = reel.state.generations.find((generation) => generation.number === number);
    const { model, estimatedCredits } = shown ?? { ...head.request, estimatedCredits: head.estimatedCredits };
    const found = shown?.runwayTaskId
      ? ({ kind: 'created', runwayTaskId: shown.runwayTaskId } as const)
      : await settleOrNot({ head, policy }, number, estimatedCredits);
    if (found?.kind === 'not_sent') {
      if (shown) endAs('cancelled', number, 0);
      return warnings;
    }
    if (!shown) {
      const begun = { number, model, changes: [], estimatedCredits };
      reel.keep(change.beginGeneration(reel.state, begun, now()));
    }
    if (found?.kind === 'created') {
      if (!shown?.runwayTaskId) {
        reel.keep(change.generationSubmitted(reel.state, number, now(), found));
      }
      const end = await endTask(head, number, found.runwayTaskId);
      if (!end) warnings.push('Runway could not be asked to stop the task: it may go on there.');
      endAs('cancelled', number, end?.credits);
      // A task that was still under way is the last one of its reel.
      if (end?.end === 'deleted') return warnings;
    } else {
      const credits = found?.failure.chargedCredits;
      endAs(credits === undefined ? 'uncertain' : 'cancelled', number, credits);
      if (!found) return warnings;
    }
  }

  function endAs(status: 'cancelled' | 'uncertain', number: number, credits?: number): void {
    reel.show(change.generationEnded(reel.state, number, now(), { status, credits }));
    countGeneration(reel.state, number);
  }
}

/** @returns undefined when the claims could not be read for as long as the policy permits. */
async function settleOrNot(...args: Parameters<typeof settle>): Promise<Settlement | undefined> {
  try {
    return await settle(...args);
  } catch (error) {
    log.error('what became of a submit could not be found out', { generation: args[1], error });
    return undefined;
  }
}

/** Finds out from its claims what became of a generation, also when the reel was cancelled. */
export function settle(
  { head, policy }: { head: ReelHead; policy: Pick<ReelPolicy, 'submitTimeoutMs'> },
  number: number,
  estimatedCredits: number,
): Promise<Settlement> {
  return CancellationScope.nonCancellable(() =>
    activities.settleSubmission.executeWithOptions(
      { ...policies.settleOptions(policy), summary: `generation ${number}: what became of the submit?` },
      [{ reelId: head.id, generation: number, backend: head.backend, estimatedCredits }],
    ),
  );
}

/**
 * Ends a Runway task, also when the reel was cancelled.
 *
 * @returns undefined when Runway could not be asked for as long as the policy permits: the task may go on.
 */
export async function endTask(
  head: ReelHead,
  number: number,
  runwayTaskId: string,
): Promise<EndedTask | undefined> {
  try {
    return await CancellationScope.nonCancellable(() =>
      activities.cancelGeneration.executeWithOptions(
        { ...policies.CANCEL, summary: `generation ${number}: end ${runwayTaskId}` },
        [{ reelId: head.id, generation: number, backend: head.backend, runwayTaskId }],
      ),
    );
  } catch (error) {
    log.error('a Runway task could not be ended', { generation: number, runwayTaskId, error });
    return undefined;
  }
}
