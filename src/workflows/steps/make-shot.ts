/** One clip: through the settings of the plan, generation after generation, until one is stored or none may follow. */
import { isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { Diagnosed, FinishedTask, StoreResult } from '../../domain/activity-args';
import { envelopeOf, type FailureEnvelope, NamedFailure, nameless, outOfTime } from '../../domain/failure';
import type { FallbackStep } from '../../domain/generate-reel';
import { fetchVideo } from './fetch-video';
import { makeGeneration, type Made } from './generation';
import * as policies from '../policies';
import * as change from '../reel/reel-changes';
import { now, ownEnd, pause, type RunContext } from '../reel/run-context';

const activities = proxyActivities<Activities>(policies.RECORD);

export async function makeShot(context: RunContext): Promise<StoreResult> {
  const taken = await takeFinished(context);
  if (taken) return taken;
  let failure: FailureEnvelope | undefined;
  for (const step of context.accepted.plan) {
    if (step.waitMs !== undefined) {
      await pause(context, step.waitMs, 'waiting_for_fallback', {
        for: 'Trying again in a few hours, as you allowed',
      });
    }
    const made = await tryStepToTheEnd(context, step);
    if (made.kind === 'stored') return made.result;
    failure = made.failure;
    if (!policies.mayChangeSettings(failure.verdict)) break;
  }
  // A plan has at least the caller's own settings.
  throw failure ? new NamedFailure(failure) : ownEnd(context, 'deadline_exceeded');
}

/** Where the story is that of 0.1.0, a video that cannot be fetched ends the reel. */
const ASKS_ABOUT_OUTPUTS = 3;

type StepEnd =
  | { readonly kind: 'stored'; readonly result: StoreResult }
  | { readonly kind: 'failed'; readonly failure: FailureEnvelope };

/** Until the video of a generation is stored; a decision may put another generation in the place of one whose video cannot be fetched. */
async function tryStepToTheEnd(context: RunContext, step: FallbackStep): Promise<StepEnd> {
  const { story = 1, policy } = context.accepted;
  for (;;) {
    const made = await tryStep(context, step);
    if (made.kind === 'failed') return made;
    if (story < ASKS_ABOUT_OUTPUTS) return { kind: 'stored', result: await storeOutput(context, made) };
    const result = await fetchVideo(context, step, made, policies.fetchPatienceMs(policy));
    if (result !== 'regenerate') return { kind: 'stored', result };
  }
}

/**
 * A remake takes the finished task of the reel that it is made from, where Runway still has it: it is paid for.
 *
 * @returns undefined when there is none, or it was decided to order another.
 */
async function takeFinished(context: RunContext): Promise<StoreResult | undefined> {
  const { story = 1, head, policy, plan, ends } = context.accepted;
  const [step] = plan;
  if (story < ASKS_ABOUT_OUTPUTS || head.remakeOf === undefined || !step) return undefined;
  let found: FinishedTask;
  try {
    found = await activities.findFinishedTask.executeWithOptions(
      {
        ...policies.findOptions(policy, Date.now()),
        summary: `does Runway still have a finished task of ${head.remakeOf}?`,
      },
      [{ reelId: head.id, remakeOf: head.remakeOf, backend: head.backend }],
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw new NamedFailure(outOfTime(envelopeOf(error) ?? nameless(error), ends.deadline_exceeded));
  }
  const { runwayTaskId, request } = found;
  if (runwayTaskId === undefined || request === undefined) return undefined;
  const generation = (context.generations += 1);
  const warning = `Made from the finished task of ${head.remakeOf}, which was paid for there: nothing was paid for it again.`;
  context.reel.show(
    change.tookFinished(context.reel.state, now(), { model: request.model, runwayTaskId, warning }),
  );
  log.info('a finished task of the earlier reel is taken', { runwayTaskId, remakeOf: head.remakeOf });
  const made = { kind: 'succeeded', generation, runwayTaskId, request, credits: 0 } as const;
  try {
    const result = await fetchVideo(context, step, made, policies.fetchRoundMs(policy));
    return result === 'regenerate' ? undefined : result;
  } catch (error) {
    if (envelopeOf(error)?.code !== TASK_GONE) throw error;
    log.info('the finished task is gone: another one is made', { runwayTaskId });
    return undefined;
  }
}

/** Runway has the task no more. */
const TASK_GONE = 'output_unavailable';

/** Generations with the same settings, until one succeeds or their retries are used up. */
async function tryStep(context: RunContext, step: FallbackStep): Promise<Exclude<Made, { kind: 'lost' }>> {
  const { maximumAttempts } = policies.regeneratePolicy(context.accepted.policy);
  const limit = maximumAttempts - 1;
  for (let retry = 0; ;) {
    requireBudget(context, step);
    const made = await makeGeneration(context, step);
    // Its answer was lost, and a decision or the policy allowed another: not a retry of the same failure.
    if (made.kind === 'lost') continue;
    if (made.kind === 'succeeded') return made;

    const delay = policies.regenerateDelay(context.accepted.policy, made.failure.verdict);
    if (delay === undefined) return made;
    if (await waitOutIncident(context, step, made.failure)) continue;
    if (retry >= limit) return made;
    retry += 1;
    await waitToRegenerate(context, made.failure, { retry, limit, delay });
  }
}

/** Refuses a generation that could exceed the reel's `maxCredits`. */
function requireBudget(context: RunContext, step: FallbackStep): void {
  const { reel, accepted } = context;
  if (change.committedCredits(reel.state) + step.estimatedCredits <= accepted.head.maxCredits) return;
  throw ownEnd(context, 'budget_exhausted');
}

/**
 * Checks the account and the status page before more is spent. An incident on the public API is waited for,
 * without using up retries, for as long as the policy permits.
 *
 * @returns whether it waited.
 * @throws NamedFailure when the balance does not cover the next generation.
 */
async function waitOutIncident(
  context: RunContext,
  step: FallbackStep,
  failure: FailureEnvelope,
): Promise<boolean> {
  const { reel, accepted } = context;
  for (let waited = false; ; waited = true) {
    const found = await diagnose(context, step, failure);
    if (!found) return waited;
    const { diagnosis, incident, failure: account } = found;
    reel.keep({ ...reel.state, diagnosis });
    if (account) throw new NamedFailure(account);
    const interval = policies.statusPollMs(accepted.policy);
    if (!incident || context.outageWaited + interval > accepted.policy.outagePatienceMs) return waited;
    context.outageWaited += interval;
    const name = diagnosis.service?.incident?.name ?? 'an incident on its public API';
    await pause(context, interval, 'waiting_for_runway', {
      for: `Waiting for Runway to end: ${name}`,
      ...lastDiagnosis(context),
    });
  }
}

/** @returns undefined when the diagnosis itself failed: that never fails a reel. */
async function diagnose(
  { accepted: { head } }: RunContext,
  step: FallbackStep,
  failure: FailureEnvelope,
): Promise<Diagnosed | undefined> {
  try {
    return await activities.diagnose.executeWithOptions(
      { ...policies.RECORD, summary: `after ${failure.code}: look at the account and the status page` },
      [{ backend: head.backend, model: step.request.model, nextCredits: step.estimatedCredits }],
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the account and the status page could not be looked at', { error });
    return undefined;
  }
}

async function waitToRegenerate(
  context: RunContext,
  failure: FailureEnvelope,
  { retry, limit, delay }: { retry: number; limit: number; delay: number },
): Promise<void> {
  // A failure without a code is treated as INTERNAL, and shown as that: its own name would say that there is no reason.
  const cause = failure.code === 'no_failure_code' ? 'internal_error' : failure.code;
  const notice = `Retrying due to ${cause.replaceAll('_', ' ')} (${retry}/${limit})`;
  log.info(notice, { generation: context.generations, runwayTaskId: failure.operationId });
  await pause(context, delay, 'waiting_to_retry', {
    for: notice,
    number: retry,
    limit,
    ...lastDiagnosis(context),
  });
}

/** Account and service of the last diagnosis, shown beside what is waited for. */
function lastDiagnosis({ reel }: RunContext) {
  const { account, service } = reel.state.diagnosis ?? {};
  return { ...(account ? { account } : {}), ...(service ? { service } : {}) };
}

/** As release 0.1.0 did it. */
async function storeOutput(
  { accepted: { head, ends } }: RunContext,
  { generation, runwayTaskId, request, credits }: Extract<Made, { kind: 'succeeded' }>,
): Promise<StoreResult> {
  try {
    return await activities.storeOutput.executeWithOptions(
      { ...policies.STORE, summary: `generation ${generation}: store the video of ${runwayTaskId}` },
      [
        {
          reelId: head.id,
          generation,
          backend: head.backend,
          runwayTaskId,
          request,
          ...(credits === undefined ? {} : { credits }),
        },
      ],
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw new NamedFailure(outOfTime(envelopeOf(error) ?? nameless(error), ends.output_unavailable));
  }
}
