/** How a reel changes while it is made: pure functions from one state to the next. */
import type { FailureEnvelope } from '../../domain/failure';
import type { ReelFailure } from '../../contract/schemas/failure';
import type { GenerationCost, Submitted } from '../../domain/activity-args';
import type {
  Credits,
  Decision,
  Generation,
  GenerationStatus,
  StoredVideo,
  Waiting,
} from '../../contract/schemas/reel';
import type { TerminalStatus } from '../../contract/reel';
import type { ReelState } from '../../domain/reel';

export function beginGeneration(
  state: ReelState,
  begun: Pick<Generation, 'number' | 'model' | 'changes' | 'promptText' | 'estimatedCredits'>,
  at: string,
): ReelState {
  const generation: Generation = { ...begun, status: 'submitting', startedAt: at };
  return update({ ...state, status: 'in_progress', phase: 'submitting', waiting: undefined }, at, [
    ...state.generations,
    generation,
  ]);
}

/** For a generation that was proven never to have been submitted: it is submitted again. */
export function generationReopened(state: ReelState, number: number, at: string): ReelState {
  return change({ ...state, phase: 'submitting', waiting: undefined }, number, at, (generation) => ({
    ...withoutEnd(generation),
    status: 'submitting',
  }));
}

function withoutEnd({
  endedAt: _at,
  failure: _failure,
  failureCode: _code,
  credits: _credits,
  ...open
}: Generation) {
  return open;
}

export function generationSubmitted(
  state: ReelState,
  number: number,
  at: string,
  { runwayTaskId, estimatedCredits, requestId }: Submitted,
): ReelState {
  const submitted: ReelState = {
    ...state,
    status: 'in_progress',
    phase: 'queued_at_runway',
    waiting: undefined,
  };
  return change(submitted, number, at, (generation) => ({
    ...withoutEnd(generation),
    runwayTaskId,
    status: 'submitted',
    estimatedCredits: estimatedCredits ?? generation.estimatedCredits,
    ...(requestId === undefined ? {} : { requestId }),
  }));
}

/** @param end without `credits` the charge is not known, and stands as uncertain. */
export function generationEnded(
  state: ReelState,
  number: number,
  at: string,
  end: {
    status: Exclude<GenerationStatus, 'submitting' | 'submitted'>;
    credits?: number;
    failure?: FailureEnvelope;
  },
): ReelState {
  const { status, credits, failure } = end;
  return change(state, number, at, (generation) => ({
    ...generation,
    status,
    ...(credits === undefined ? {} : { credits }),
    ...(failure ? { failureCode: failure.runwayFailureCode ?? failure.code } : {}),
    ...(failure ? { failure: failure.runwayFailure ?? failure.message } : {}),
    ...(failure?.requestId === undefined ? {} : { requestId: failure.requestId }),
    endedAt: at,
  }));
}

export function waitingFor(
  state: ReelState,
  at: string,
  phase: 'waiting_to_retry' | 'waiting_for_runway' | 'waiting_for_fallback',
  waiting: Waiting,
): ReelState {
  return { ...state, phase, waiting, updatedAt: at };
}

export function needsDecision(
  state: ReelState,
  at: string,
  phase: 'submitting' | 'storing',
  decision: Decision,
): ReelState {
  return {
    ...state,
    status: 'needs_decision',
    phase,
    waiting: undefined,
    decision,
    updatedAt: at,
  };
}

export function decided(state: ReelState, at: string): ReelState {
  return { ...state, status: 'in_progress', decision: undefined, updatedAt: at };
}

export function storing(state: ReelState, at: string): ReelState {
  return { ...state, phase: 'storing', waiting: undefined, updatedAt: at };
}

/** A finished task of an earlier reel is taken as the first generation of this one, and is not paid again. */
export function tookFinished(
  state: ReelState,
  at: string,
  { model, runwayTaskId, warning }: { model: string; runwayTaskId: string; warning: string },
): ReelState {
  const generation: Generation = {
    number: 1,
    model,
    changes: [],
    runwayTaskId,
    status: 'succeeded',
    estimatedCredits: 0,
    credits: 0,
    startedAt: at,
    endedAt: at,
  };
  const taken: ReelState = { ...state, status: 'in_progress', warnings: [...state.warnings, warning] };
  return storing(update(taken, at, [generation]), at);
}

export function ended(
  state: ReelState,
  at: string,
  end: { status: TerminalStatus; video?: StoredVideo; warnings?: readonly string[]; failure?: ReelFailure },
): ReelState {
  const { status, video, failure, warnings = [] } = end;
  return {
    ...state,
    status,
    phase: 'done',
    waiting: undefined,
    decision: undefined,
    ...(video ? { video } : {}),
    ...(failure ? { failure } : {}),
    warnings: [...state.warnings, ...warnings],
    updatedAt: at,
    finishedAt: at,
  };
}

/** What the reel has cost and may have cost, with a generation that is under way at its most. */
export function committedCredits({ generations }: ReelState): number {
  return generations.reduce((sum, { credits, estimatedCredits }) => sum + (credits ?? estimatedCredits), 0);
}

/** What the generations before this one cost in the end, for the ledger of spending. */
export function costs({ generations }: ReelState, before: number): GenerationCost[] {
  return generations
    .filter(({ number, endedAt }) => number < before && endedAt !== undefined)
    .map(({ number, credits, estimatedCredits }) => ({
      generation: number,
      charged: credits ?? 0,
      uncertain: credits === undefined ? estimatedCredits : 0,
    }));
}

export function openGeneration({ generations }: ReelState): Generation | undefined {
  return generations.find(({ endedAt }) => endedAt === undefined);
}

function change(
  state: ReelState,
  number: number,
  at: string,
  by: (generation: Generation) => Generation,
): ReelState {
  return update(
    state,
    at,
    state.generations.map((generation) => (generation.number === number ? by(generation) : generation)),
  );
}

function update(state: ReelState, at: string, generations: readonly Generation[]): ReelState {
  return { ...state, generations, credits: creditsOf(state.credits.estimated, generations), updatedAt: at };
}

function creditsOf(estimated: number, generations: readonly Generation[]): Credits {
  const sum = (of: (generation: Generation) => number) => {
    const total = generations.reduce((before, one) => before + of(one), 0);
    // Prices have decimals: digits after the sixth are rounding errors of the sum.
    return Math.round(total * 1e6) / 1e6;
  };
  return {
    estimated,
    charged: sum(({ credits }) => credits ?? 0),
    uncertain: sum(({ credits, endedAt, estimatedCredits }) =>
      endedAt !== undefined && credits === undefined ? estimatedCredits : 0,
    ),
  };
}
