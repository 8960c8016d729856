/**
 * A submit was sent and its answer lost: a task may exist or not. Nothing is sent again before evidence, the policy or a
 * decision allows it, and a charge that stays unknown is shown as uncertain.
 */
import { condition, isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { Reconciled, Submitted } from '../../domain/activity-args';
import type { FailureEnvelope } from '../../domain/failure';
import type { FallbackStep } from '../../domain/generate-reel';
import { notify } from '../webhooks/notify';
import * as policies from '../policies';
import * as change from '../reel/reel-changes';
import { now, pause, type PendingDecision, type RunContext, whyNoRegenerate } from '../reel/run-context';

const activities = proxyActivities<Activities>(policies.RECORD);

export type SettledLoss =
  | ({ readonly kind: 'adopted' } & Submitted)
  /** Proven not to exist: the same generation may be submitted again. */
  | { readonly kind: 'absent' }
  /** Another generation is allowed although this one may exist. */
  | { readonly kind: 'regenerate' }
  | { readonly kind: 'abandoned'; readonly failure: FailureEnvelope };

export async function settleLostAnswer(
  context: RunContext,
  step: FallbackStep,
  number: number,
  failure: FailureEnvelope,
): Promise<SettledLoss> {
  const { reel, accepted } = context;
  // From the first moment on, whatever ends the reel now: the charge is uncertain.
  reel.keep(change.generationEnded(reel.state, number, now(), { status: 'uncertain', failure }));
  const { lostAnswerQuietMs, deadlineAt } = accepted.policy;
  if (Date.now() + lostAnswerQuietMs < Date.parse(deadlineAt)) {
    await pause(context, lostAnswerQuietMs, 'waiting_to_retry', {
      for: `The answer to generation ${number} was lost: looking for its task before anything else is sent`,
    });
  }
  const found = await reconcile(context, step, number);
  if (found.kind === 'regenerate') context.submittedAgain = true;
  if (found.kind !== 'unknown') return found;

  const mayPay = change.committedCredits(reel.state) + step.estimatedCredits <= accepted.head.maxCredits;
  const allowed = accepted.policy.onLostAnswer === 'submit_again' && !context.submittedAgain && mayPay;
  if (allowed && found.evidence.says !== 'exists') {
    context.submittedAgain = true;
    return { kind: 'regenerate' };
  }
  return decide(context, step, number, failure, found);
}

function reconcile(
  { accepted: { head } }: RunContext,
  step: FallbackStep,
  number: number,
): Promise<Reconciled> {
  return activities.reconcileSubmission.executeWithOptions(
    { ...policies.RECORD, summary: `generation ${number}: does its task exist?` },
    [
      {
        reelId: head.id,
        generation: number,
        backend: head.backend,
        model: step.request.model,
        estimatedCredits: step.estimatedCredits,
      },
    ],
  );
}

/** @returns undefined when reading failed: the time that was promised for a decision is kept. */
async function reconcileAgain(...args: Parameters<typeof reconcile>): Promise<Reconciled | undefined> {
  try {
    return await reconcile(...args);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('whether the answer came late could not be looked up', { generation: args[2], error });
    return undefined;
  }
}

/** Waits for a decision, for as long as the policy permits. */
async function decide(
  context: RunContext,
  step: FallbackStep,
  number: number,
  failure: FailureEnvelope,
  { evidence, choices }: Extract<Reconciled, { kind: 'unknown' }>,
): Promise<SettledLoss> {
  const { reel, accepted, decisions } = context;
  const { decisionPatienceMs } = accepted.policy;
  const until = Date.now() + decisionPatienceMs;
  const noRegenerate = () => whyNoRegenerate(context, step);
  const pending: PendingDecision = {
    generation: number,
    actions: ['adopt', 'regenerate', 'abandon'],
    noRegenerate,
  };
  decisions.pending = pending;
  reel.show(
    change.needsDecision(reel.state, now(), 'submitting', {
      about: 'lost_answer',
      generation: number,
      since: now(),
      until: new Date(until).toISOString(),
      evidence,
      // `regenerate` is no choice where `maxCredits` or the deadline forbids it.
      choices: choices.filter(({ action }) => action !== 'regenerate' || noRegenerate() === undefined),
    }),
  );
  const decided = () => pending.resolution !== undefined;
  try {
    await notify(reel);
    const interval = policies.reconcileAgainMs(accepted.policy);
    const summary = `generation ${number}: a person decides, or its answer comes late`;
    for (;;) {
      const wait = Math.min(interval, until - Date.now());
      if ((await condition(decided, wait, { summary })) || Date.now() >= until) break;
      // The sender may wake up late and write its answer down: then no decision is needed any more.
      const late = await reconcileAgain(context, step, number);
      if (decided()) break;
      if (late && late.kind !== 'unknown') {
        reel.keep(change.decided(reel.state, now()));
        return late;
      }
    }
  } finally {
    decisions.pending = undefined;
  }
  reel.keep(change.decided(reel.state, now()));
  const { resolution } = pending;
  if (resolution?.action === 'adopt' && resolution.runwayTaskId) {
    return { kind: 'adopted', runwayTaskId: resolution.runwayTaskId };
  }
  return resolution?.action === 'regenerate' ? { kind: 'regenerate' } : { kind: 'abandoned', failure };
}
