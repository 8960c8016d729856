/**
 * A submit was sent and its answer lost: a task may exist, or not. Nothing is sent again before evidence, policy or a
 * person allows it, and what stays unclear stands on the reel as uncertain.
 */
import { condition, isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { Reconciled, Submitted } from '../../domain/activity-args';
import type { FailureEnvelope } from '../../domain/failure';
import type { Rung } from '../../domain/generate-reel';
import { notify } from '../webhooks/notify';
import * as policies from '../policies';
import * as change from '../reel/reel-changes';
import { now, pause, type PendingDecision, type Shot, whyNoRegenerate } from '../reel/run-context';

const activities = proxyActivities<Activities>(policies.RECORD);

export type SettledLoss =
  | ({ readonly kind: 'adopted' } & Submitted)
  /** Proven not to exist: the same generation may be submitted again. */
  | { readonly kind: 'absent' }
  /** Another generation is allowed although this one may exist. */
  | { readonly kind: 'regenerate' }
  | { readonly kind: 'abandoned'; readonly failure: FailureEnvelope };

export async function settleLostAnswer(
  shot: Shot,
  rung: Rung,
  number: number,
  failure: FailureEnvelope,
): Promise<SettledLoss> {
  const { board, accepted } = shot;
  // From the first moment on, whatever ends the reel now: the charge is uncertain.
  board.keep(change.generationEnded(board.state, number, now(), { status: 'uncertain', failure }));
  const { lostAnswerQuietMs, deadlineAt } = accepted.policy;
  if (Date.now() + lostAnswerQuietMs < Date.parse(deadlineAt)) {
    await pause(shot, lostAnswerQuietMs, 'waiting_to_retry', {
      for: `The answer to generation ${number} was lost: looking for its task before anything else is sent`,
    });
  }
  const found = await reconcile(shot, rung, number);
  if (found.kind === 'regenerate') shot.submittedAgain = true;
  if (found.kind !== 'unknown') return found;

  const mayPay = change.committedCredits(board.state) + rung.estimatedCredits <= accepted.head.maxCredits;
  const allowed = accepted.policy.onLostAnswer === 'submit_again' && !shot.submittedAgain && mayPay;
  if (allowed && found.evidence.says !== 'exists') {
    shot.submittedAgain = true;
    return { kind: 'regenerate' };
  }
  return decide(shot, rung, number, failure, found);
}

function reconcile({ accepted: { head } }: Shot, rung: Rung, number: number): Promise<Reconciled> {
  return activities.reconcileSubmission.executeWithOptions(
    { ...policies.RECORD, summary: `generation ${number}: does its task exist?` },
    [
      {
        reelId: head.id,
        generation: number,
        backend: head.backend,
        model: rung.request.model,
        estimatedCredits: rung.estimatedCredits,
      },
    ],
  );
}

/** @returns undefined when the look itself failed: the person still has all the time that was promised. */
async function lookAgainFor(...args: Parameters<typeof reconcile>): Promise<Reconciled | undefined> {
  try {
    return await reconcile(...args);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('whether the answer came late could not be looked up', { generation: args[2], error });
    return undefined;
  }
}

/** Asks a person, for as long as the policy permits. */
async function decide(
  shot: Shot,
  rung: Rung,
  number: number,
  failure: FailureEnvelope,
  { evidence, choices }: Extract<Reconciled, { kind: 'unknown' }>,
): Promise<SettledLoss> {
  const { board, accepted, decisions } = shot;
  const { decisionPatienceMs } = accepted.policy;
  const until = Date.now() + decisionPatienceMs;
  const noRegenerate = () => whyNoRegenerate(shot, rung);
  const pending: PendingDecision = {
    generation: number,
    actions: ['adopt', 'regenerate', 'abandon'],
    noRegenerate,
  };
  decisions.pending = pending;
  board.show(
    change.needsDecision(board.state, now(), 'submitting', {
      about: 'lost_answer',
      generation: number,
      since: now(),
      until: new Date(until).toISOString(),
      evidence,
      // What maximum and deadline do not permit is no choice.
      choices: choices.filter(({ action }) => action !== 'regenerate' || noRegenerate() === undefined),
    }),
  );
  const decided = () => pending.resolution !== undefined;
  try {
    await notify(board);
    const lookAgain = policies.lookAgainMs(accepted.policy);
    const summary = `generation ${number}: a person decides, or its answer comes late`;
    for (;;) {
      const wait = Math.min(lookAgain, until - Date.now());
      if ((await condition(decided, wait, { summary })) || Date.now() >= until) break;
      // The sender may wake up late and write its answer down: a person need not be asked any more.
      const late = await lookAgainFor(shot, rung, number);
      if (decided()) break;
      if (late && late.kind !== 'unknown') {
        board.keep(change.decided(board.state, now()));
        return late;
      }
    }
  } finally {
    decisions.pending = undefined;
  }
  board.keep(change.decided(board.state, now()));
  const { resolution } = pending;
  if (resolution?.action === 'adopt' && resolution.runwayTaskId) {
    return { kind: 'adopted', runwayTaskId: resolution.runwayTaskId };
  }
  return resolution?.action === 'regenerate' ? { kind: 'regenerate' } : { kind: 'abandoned', failure };
}
