/** One paid generation: submitted once and awaited to its end. */
import { isCancellation, log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { AwaitResult, Submitted } from '../../domain/activity-args';
import {
  endedSilently,
  envelopeOf,
  type FailureEnvelope,
  NamedFailure,
  nameless,
  outOfTime,
} from '../../domain/failure';
import type { EndCode, FallbackStep } from '../../domain/generate-reel';
import { formatCredits } from '../../contract/money';
import type { ReelRequest } from '../../contract/schemas/request';
import { waitsQueueOf } from '../../domain/task-queues';
import { settleLostAnswer } from './lost-answer';
import * as policies from '../policies';
import * as change from '../reel/reel-changes';
import { countGeneration, countLostAnswer } from '../reel/reel-metrics';
import { now, ownEnd, type RunContext } from '../reel/run-context';
import { endTask, settle } from './stop-generations';

const activities = proxyActivities<Activities>(policies.RECORD);

export type Made =
  | {
      readonly kind: 'succeeded';
      readonly generation: number;
      readonly runwayTaskId: string;
      readonly request: ReelRequest;
      /** What Runway charged, where known. */
      readonly credits?: number;
    }
  | { readonly kind: 'failed'; readonly failure: FailureEnvelope }
  /** Its answer was lost, its charge is uncertain, and another generation was allowed all the same. */
  | { readonly kind: 'lost' };

export async function makeGeneration(context: RunContext, step: FallbackStep): Promise<Made> {
  const number = (context.generations += 1);
  const { reel, accepted } = context;
  const { request, changes, estimatedCredits } = step;
  const shortened =
    request.promptText === accepted.head.request.promptText ? {} : { promptText: request.promptText };
  const begun = { number, model: request.model, changes, estimatedCredits, ...shortened };
  reel.show(change.beginGeneration(reel.state, begun, now()));
  try {
    const task = await submitSurely(context, step, number);
    if (task === 'lost') return { kind: 'lost' };
    const { runwayTaskId, estimatedCredits: price } = task;
    log.info(`generation ${number} submitted`, { generation: number, runwayTaskId });
    reel.show(change.generationSubmitted(reel.state, number, now(), task));
    if (change.committedCredits(reel.state) > accepted.head.maxCredits) {
      return await endEarly(context, step, number, runwayTaskId, 'price_mismatch');
    }
    const result = await awaitTask(context, number, runwayTaskId, price ?? estimatedCredits);
    if (result.status === 'succeeded') return succeeded(context, step, number, runwayTaskId, result.credits);
    const end =
      result.status === 'stalled' ? 'stalled' : result.started ? 'deadline_exceeded' : 'never_started';
    const words = result.status === 'stalled' ? result.words : undefined;
    return await endEarly(context, step, number, runwayTaskId, end, words);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = envelopeOf(error) ?? nameless(error);
    return failed(context, number, outOfTime(failure, accepted.ends.deadline_exceeded));
  }
}

function succeeded(
  { reel }: RunContext,
  { request }: FallbackStep,
  generation: number,
  runwayTaskId: string,
  credits?: number,
): Made {
  const at = now();
  reel.show(
    change.storing(change.generationEnded(reel.state, generation, at, { status: 'succeeded', credits }), at),
  );
  countGeneration(reel.state, generation);
  return {
    kind: 'succeeded',
    generation,
    runwayTaskId,
    request,
    ...(credits === undefined ? {} : { credits }),
  };
}

/** A failure that does not say what was charged leaves the generation uncertain. */
function failed(context: RunContext, number: number, failure: FailureEnvelope): Made {
  const { reel } = context;
  const credits = failure.chargedCredits;
  const status = credits === undefined ? 'uncertain' : 'failed';
  reel.show(change.generationEnded(reel.state, number, now(), { status, credits, failure }));
  countGeneration(reel.state, number, failure.code);
  context.lastFailure = failure.code;
  return { kind: 'failed', failure };
}

/** Submits, and where the answer was lost finds out what became of it before anything else is sent. */
async function submitSurely(
  context: RunContext,
  step: FallbackStep,
  number: number,
): Promise<Submitted | 'lost'> {
  for (;;) {
    try {
      return await submit(context, step, number);
    } catch (error) {
      const failure = envelopeOf(error);
      if (failure?.code !== 'submit_outcome_unknown') throw error;
      const settled = await settleLostAnswer(context, step, number, failure);
      countLostAnswer(settled.kind);
      if (settled.kind === 'adopted') return settled;
      if (settled.kind === 'abandoned') throw new NamedFailure(settled.failure);
      if (settled.kind === 'regenerate') {
        countGeneration(context.reel.state, number, failure.code);
        context.lastFailure = failure.code;
        return 'lost';
      }
      context.reel.show(change.generationReopened(context.reel.state, number, now()));
    }
  }
}

/**
 * Submits a generation. Where the activity ended without saying what became of the POST, its claims are read: a task
 * is adopted, a submit that provably never happened is made again, and anything else fails the generation.
 */
async function submit(context: RunContext, step: FallbackStep, number: number): Promise<Submitted> {
  const { accepted, reel } = context;
  const { head, policy } = accepted;
  const ref = { reelId: head.id, generation: number, backend: head.backend };
  for (let silentEnds = 0; ; silentEnds += 1) {
    if (Date.now() >= Date.parse(policy.deadlineAt)) throw ownEnd(context, 'deadline_exceeded');
    try {
      const summary = `generation ${number}: submit ${step.request.model}, at most ${step.estimatedCredits} credits`;
      return await activities.submitGeneration.executeWithOptions(
        { ...policies.submitOptions(policy, Date.now()), summary },
        [
          {
            ...ref,
            client: head.client,
            request: step.request,
            timeoutMs: policy.submitTimeoutMs,
            earlier: change.costs(reel.state, number),
          },
        ],
      );
    } catch (error) {
      const failure = envelopeOf(error);
      if (isCancellation(error) || (failure && tellsCharge(failure))) throw error;
      const settled = await settle(accepted, number, step.estimatedCredits);
      if (settled.kind === 'created') return settled;
      if (settled.kind === 'failed') throw new NamedFailure(settled.failure);
      if (!endedSilently(error) || silentEnds >= policies.SILENT_ENDS) {
        throw new NamedFailure({ ...(failure ?? nameless(error)), chargedCredits: 0 });
      }
      log.warn('a submit ended before anything was sent; it is made again', { generation: number });
    }
  }
}

function tellsCharge({ code, chargedCredits }: FailureEnvelope): boolean {
  // Not sent by its last attempt; perhaps because another sender held the claim.
  if (code === 'not_sent') return false;
  return chargedCredits !== undefined || code === 'submit_outcome_unknown';
}

async function awaitTask(
  { accepted: { head, policy } }: RunContext,
  number: number,
  runwayTaskId: string,
  estimatedCredits: number,
): Promise<AwaitResult> {
  const wait = activities.awaitGeneration.executeWithOptions(
    {
      ...policies.awaitOptions(policy, waitsQueueOf(workflowInfo().taskQueue), Date.now()),
      summary: `generation ${number}: await ${runwayTaskId}`,
    },
    [
      {
        reelId: head.id,
        generation: number,
        backend: head.backend,
        runwayTaskId,
        estimatedCredits,
        pollIntervalMs: policy.pollIntervalMs,
        heartbeatTimeoutMs: policy.heartbeatTimeoutMs,
        deadlineAt: policy.deadlineAt,
        stallPatienceMs: policy.stallPatienceMs,
      },
    ],
  );
  try {
    return await wait;
  } catch (error) {
    // No worker came to the wait in all that time.
    if (endedSilently(error)) return { status: 'deadline', started: true };
    throw error;
  }
}

/** Reads the task once more: one that has succeeded is delivered, any other is deleted so that it costs no more. */
async function endEarly(
  context: RunContext,
  step: FallbackStep,
  number: number,
  runwayTaskId: string,
  code: EndCode,
  words?: string,
): Promise<Made> {
  const end = await endTask(context.accepted.head, number, runwayTaskId);
  // A price above the maximum that was charged all the same is paid: the video is the caller's.
  if (end?.end === 'succeeded') return succeeded(context, step, number, runwayTaskId, end.credits);
  return failed(context, number, {
    ...worded(context.accepted.ends[code], words, end?.credits),
    operationId: runwayTaskId,
    ...(end?.credits === undefined ? {} : { chargedCredits: end.credits }),
  });
}

/** Adds to an end of the catalog what was seen and charged in this run. */
function worded(
  end: FailureEnvelope,
  words: string | undefined,
  credits: number | undefined,
): FailureEnvelope {
  if (words === undefined && credits === undefined) return end;
  const happened = words === undefined ? end.title : `${end.title}: ${words}`;
  const charge =
    credits === undefined ? 'What was charged is not known' : `Charged: ${formatCredits(credits)}`;
  return { ...end, message: `${happened}. ${charge}. ${end.advice[0] ?? ''}`.trim() };
}
