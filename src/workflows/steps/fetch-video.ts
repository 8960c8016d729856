/**
 * The way of a finished video into storage. It is paid for: fetching is tried for as long as its link can live, then a
 * decision is asked for, and nothing is paid again without one.
 */
import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { StoreResult } from '../../domain/activity-args';
import {
  endedSilently,
  envelopeOf,
  type FailureEnvelope,
  NamedFailure,
  nameless,
  outOfTime,
} from '../../domain/failure';
import type { FallbackStep } from '../../domain/generate-reel';
import { formatCredits } from '../../contract/money';
import type { Choice } from '../../contract/schemas/reel';
import { storesQueueOf } from '../../domain/task-queues';
import type { Made } from './generation';
import { notify } from '../webhooks/notify';
import * as policies from '../policies';
import * as change from '../reel/reel-changes';
import { now, type PendingDecision, type RunContext, whyNoRegenerate } from '../reel/run-context';

const activities = proxyActivities<Activities>(policies.RECORD);

type Succeeded = Extract<Made, { kind: 'succeeded' }>;

type Fetched =
  | { readonly kind: 'stored'; readonly result: StoreResult }
  /** Not yet. */
  | { readonly kind: 'missing'; readonly failure: FailureEnvelope };

type Decided = 'fetch' | 'regenerate' | 'abandon' | 'nothing' | { readonly stored: StoreResult };

/**
 * Fetches the video of a generation.
 *
 * @param patienceMs how long to try before a decision is asked for.
 * @returns `regenerate` when it was decided to make another generation in its place.
 * @throws NamedFailure when it cannot come any more, or was given up.
 */
export async function fetchVideo(
  context: RunContext,
  step: FallbackStep,
  made: Succeeded,
  patienceMs: number,
): Promise<StoreResult | 'regenerate'> {
  const { reel, accepted } = context;
  let fetched = await tryFor(context, made, Date.now() + patienceMs);
  const until = Date.now() + accepted.policy.decisionPatienceMs;
  while (fetched.kind === 'missing') {
    const { failure } = fetched;
    const decided = await decide(context, step, made, failure, until);
    reel.keep(change.decided(reel.state, now()));
    if (typeof decided === 'object') return decided.stored;
    if (decided === 'regenerate') return decided;
    if (decided !== 'fetch') throw new NamedFailure(outOfTime(failure, accepted.ends.output_unavailable));
    reel.show(change.storing(reel.state, now()));
    fetched = await tryFor(context, made, Date.now() + policies.fetchRoundMs(accepted.policy));
  }
  return fetched.result;
}

/** @param until ms, from which on no other attempt follows one that failed. */
async function tryFor(
  { accepted }: RunContext,
  { generation, runwayTaskId, request, credits }: Succeeded,
  until: number,
): Promise<Fetched> {
  const { head, ends } = accepted;
  const summary = `generation ${generation}: store the video of ${runwayTaskId}`;
  const queue = storesQueueOf(workflowInfo().taskQueue);
  const charge = credits === undefined ? {} : { credits };
  try {
    const result = await activities.storeOutput.executeWithOptions(
      { ...policies.storeOptions(queue, until, Date.now()), summary },
      [
        {
          reelId: head.id,
          generation,
          backend: head.backend,
          runwayTaskId,
          request,
          ...charge,
          client: head.client,
          until: new Date(until).toISOString(),
        },
      ],
    );
    return { kind: 'stored', result };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = envelopeOf(error);
    if (failure?.verdict === 'retry-call') return { kind: 'missing', failure };
    if (failure) throw new NamedFailure(failure);
    // No worker came to it, or it fails in a way that has no name: the video is where it was.
    const known = { operationId: runwayTaskId, chargedCredits: credits };
    const words = endedSilently(error) ? 'no worker fetched it' : nameless(error).title;
    return {
      kind: 'missing',
      failure: {
        ...ends.output_unavailable,
        ...known,
        verdict: 'retry-call',
        message: `${ends.output_unavailable.title}: ${words}.`,
        waitingFor: `The finished video: ${words}`,
      },
    };
  }
}

/** Waits for a decision and goes on trying meanwhile: a video that comes after all settles it. */
async function decide(
  context: RunContext,
  step: FallbackStep,
  made: Succeeded,
  failure: FailureEnvelope,
  until: number,
): Promise<Decided> {
  const { reel, accepted, decisions } = context;
  const noRegenerate = () => whyNoRegenerate(context, step);
  const choices = choicesFor(made, step).filter(
    ({ action }) => action !== 'regenerate' || noRegenerate() === undefined,
  );
  const pending: PendingDecision = {
    generation: made.generation,
    actions: ['fetch', 'regenerate', 'abandon'],
    noRegenerate,
  };
  decisions.pending = pending;
  const since = now();
  const ask = (problem: string) =>
    change.needsDecision(reel.state, now(), 'storing', {
      about: 'output',
      generation: made.generation,
      since,
      until: new Date(until).toISOString(),
      problem,
      choices,
    });
  reel.show(ask(problemOf(failure)));
  const decided = () => pending.resolution !== undefined;
  const again = policies.fetchAgainMs(accepted.policy);
  const summary = `generation ${made.generation}: a person decides, or its video comes`;
  try {
    await notify(reel);
    for (;;) {
      const wait = Math.max(0, Math.min(again, until - Date.now()));
      if ((await condition(decided, wait, { summary })) || Date.now() >= until) break;
      const fetched = await tryUntilDecided(context, made, decided);
      if (fetched?.kind === 'stored') return { stored: fetched.result };
      if (decided()) break;
      if (fetched && problemOf(fetched.failure) !== reel.state.decision?.problem) {
        reel.show(ask(problemOf(fetched.failure)));
      }
    }
  } finally {
    decisions.pending = undefined;
  }
  const action = pending.resolution?.action;
  return action === undefined || action === 'adopt' ? 'nothing' : action;
}

/**
 * One attempt, which a decision ends: a download may take long, and the decision does not wait for it.
 *
 * @returns undefined when it was ended.
 */
async function tryUntilDecided(
  context: RunContext,
  made: Succeeded,
  decided: () => boolean,
): Promise<Fetched | undefined> {
  const scope = new CancellationScope();
  const attempt = scope.run(() => tryFor(context, made, Date.now()));
  // What it ends with is read below.
  attempt.catch(() => undefined);
  await Promise.race([attempt.catch(() => undefined), condition(decided)]);
  if (decided()) scope.cancel();
  try {
    return await attempt;
  } catch (error) {
    if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    log.info('a person decided: the attempt at the video was ended', { generation: made.generation });
    return undefined;
  }
}

function problemOf({ waitingFor, message }: FailureEnvelope): string {
  return waitingFor ?? message;
}

function choicesFor({ runwayTaskId, credits }: Succeeded, { estimatedCredits }: FallbackStep): Choice[] {
  const price = formatCredits(estimatedCredits);
  const paid = credits === undefined ? 'What it cost is paid' : `Its ${formatCredits(credits)} are paid`;
  return [
    {
      action: 'fetch',
      text:
        `Fetch the finished video of ${runwayTaskId} once more, now: after you made room on the disk, for example, or ` +
        'when Runway has mended it. It is tried each hour by itself too.',
      atMostCredits: 0,
    },
    {
      action: 'regenerate',
      text: `Give this video up and have another one made, for ${price} at most. ${paid} all the same.`,
      atMostCredits: estimatedCredits,
    },
    {
      action: 'abandon',
      text: `Let the reel fail. Nothing more is spent. ${paid}; a remake takes the video for as long as Runway has it.`,
      atMostCredits: 0,
    },
  ];
}
