import type { AwaitProgress } from '../../../domain/activity-args';
import type { FailureEnvelope } from '../../../domain/failure';
import type { Decision, Generation } from '../../../contract/schemas/reel';
import { makeHead, queuedState, type ReelRecord, type ReelState } from '../../../domain/reel';
import type { Execution, PendingActivity } from '../../temporal/execution';
import { endedSilently, viewReel } from './reel-view';

const head = makeHead({
  id: 'a'.repeat(26),
  client: 'local',
  bodyHash: 'hash',
  createdAt: '2026-11-23T06:00:00.000Z',
  backend: { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' },
  request: { promptText: 'Snow', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
  estimatedCredits: 80,
});
const generation: Generation = {
  number: 1,
  model: 'veo3.1_fast',
  changes: [],
  runwayTaskId: '695f1a48-dd9f',
  status: 'submitted',
  estimatedCredits: 80,
  startedAt: '2026-11-23T06:00:01.000Z',
};
const state: ReelState = {
  ...queuedState(head),
  status: 'in_progress',
  phase: 'queued_at_runway',
  generations: [generation],
};
const done: ReelState = {
  ...state,
  status: 'succeeded',
  phase: 'done',
  generations: [{ ...generation, status: 'succeeded', credits: 80 }],
  credits: { estimated: 80, charged: 80, uncertain: 0 },
  finishedAt: '2026-11-23T06:01:00.000Z',
};
const running: Execution = {
  workflowId: `reel-${head.id}`,
  runId: 'run',
  status: 'running',
  cancelRequested: false,
  isRepeat: false,
  head,
  state,
  pending: [],
};
const recordOf = (own: ReelState): ReelRecord => ({
  schemaVersion: 1,
  workflowId: running.workflowId,
  head,
  state: own,
});
const pending = (type: string, more: Partial<PendingActivity> = {}): Execution => ({
  ...running,
  pending: [{ type, attempt: 1, paused: false, ...more }],
});
const awaiting = (progress: Partial<AwaitProgress>): Execution =>
  pending('awaitGeneration', { progress: { progress: 0, polls: 1, ...progress } });
const envelope: FailureEnvelope = {
  schemaVersion: 1,
  code: 'insufficient_credits',
  verdict: 'give-up',
  category: 'account',
  title: 'Your Runway API credits are used up',
  message: 'What happened. Nothing was charged. The cure.',
  advice: ['Buy credits.'],
  httpStatus: 400,
  runwayFailure: 'raw words of Runway',
};

const storeAgain = (httpStatus: number | undefined): Execution =>
  pending('storeOutput', {
    attempt: 2,
    nextAttemptAt: '2026-11-23T06:15:00.000Z',
    lastFailure: { type: 'Runway.OutputDelayed', envelope: { ...envelope, httpStatus } },
  });

test('a reel that nobody has accepted yet does not read as anything', () => {
  expect(viewReel({ execution: { ...running, head: undefined, state: undefined } })).toBeUndefined();
});

describe('a running reel shows what its pending activity is at', () => {
  test.each<[string, Execution, object]>([
    ['nothing pending', running, { status: 'in_progress', phase: 'queued_at_runway' }],
    ['submitting', pending('submitGeneration'), { phase: 'submitting' }],
    ['THROTTLED', awaiting({ runwayStatus: 'THROTTLED' }), { phase: 'waiting_for_slot', progress: 0 }],
    ['PENDING', awaiting({ runwayStatus: 'PENDING' }), { phase: 'queued_at_runway', progress: 0 }],
    ['RUNNING', awaiting({ runwayStatus: 'RUNNING', progress: 0.14 }), { phase: 'running', progress: 0.14 }],
    ['a status of tomorrow', awaiting({ runwayStatus: 'DREAMING', progress: 0.5 }), { phase: 'running' }],
    ['no heartbeat yet', pending('awaitGeneration'), { phase: 'queued_at_runway' }],
    [
      'refused reads',
      awaiting({ runwayStatus: 'RUNNING', progress: 0.3, accessRefused: { httpStatus: 401, since: 'noon' } }),
      { phase: 'waiting_for_access', progress: 0.3, waiting: { for: expect.stringContaining('401') } },
    ],
    ['storing', pending('storeOutput'), { phase: 'storing', progress: 1 }],
    ['a download that is tried again', storeAgain(undefined), { phase: 'storing', waiting: { number: 2 } }],
    [
      'refused reads before the download',
      storeAgain(401),
      { phase: 'waiting_for_access', progress: 1, waiting: { for: expect.stringContaining('401') } },
    ],
    [
      'a cancellation under way',
      { ...awaiting({ runwayStatus: 'RUNNING', progress: 0.3 }), cancelRequested: true },
      { phase: 'running', waiting: { for: 'The cancellation' } },
    ],
    [
      'a paused run',
      { ...running, status: 'paused' },
      { waiting: { for: 'An operator paused this reel in Temporal' } },
    ],
  ])('%s', (_what, execution, expected) => {
    expect(viewReel({ execution })).toMatchObject(expected);
  });

  test.each([
    ['Runway.RateLimited', 'waiting_for_quota'],
    ['Runway.DailyLimitReached', 'waiting_for_quota'],
    ['Runway.Overloaded', 'waiting_to_retry'],
  ])('a submit that waits after %s is %s, with the time of its next attempt', (type, phase) => {
    const nextAttemptAt = '2026-11-23T06:15:00.000Z';
    const execution = pending('submitGeneration', {
      attempt: 3,
      nextAttemptAt,
      lastFailure: { type, envelope: { ...envelope, title: 'Runway asks to slow down' } },
    });
    expect(viewReel({ execution })).toMatchObject({
      phase,
      waiting: { for: 'Runway asks to slow down', number: 3, nextAt: nextAttemptAt },
    });
  });

  test('a reel that no worker may accept yet stays queued, and says why', () => {
    const execution = pending('acceptReel', {
      nextAttemptAt: '2026-11-23T06:15:00.000Z',
      lastFailure: { type: 'Runway.WrongBackend', envelope: { ...envelope, title: 'Another account' } },
    });
    expect(viewReel({ execution: { ...execution, state: queuedState(head) } })).toMatchObject({
      status: 'queued',
      waiting: { for: 'Another account' },
    });
  });

  test('a queued reel with an activity has begun', () => {
    const execution = { ...pending('submitGeneration'), state: queuedState(head) };
    expect(viewReel({ execution })?.status).toBe('in_progress');
  });
});

describe('a reel that needs a decision', () => {
  const decision: Decision = {
    generation: 1,
    since: '2026-11-23T06:02:00.000Z',
    until: '2026-11-30T06:02:00.000Z',
    evidence: { gatheredAt: '2026-11-23T06:02:00.000Z', otherSubmits: 0, says: 'unclear' },
    choices: [],
  };
  const asking: ReelState = {
    ...state,
    status: 'needs_decision',
    phase: 'submitting',
    generations: [{ ...generation, status: 'uncertain', endedAt: decision.since }],
    credits: { estimated: 80, charged: 0, uncertain: 80 },
    decision,
  };

  test('says so whatever activity is pending', () => {
    const execution = { ...pending('awaitGeneration'), state: asking };
    expect(viewReel({ execution })).toMatchObject({
      status: 'needs_decision',
      phase: 'submitting',
      decision,
    });
  });

  test('that was terminated is over: nothing is to be decided, and its charge is counted once', () => {
    const view = viewReel({ execution: { ...running, status: 'terminated', state: asking } });
    expect(view).toMatchObject({ status: 'failed', credits: { uncertain: 80 } });
    expect(view?.decision).toBeUndefined();
  });
});

test('what the service found at Runway stands on the failure, and nowhere else', () => {
  const diagnosis = {
    at: '2026-11-23T06:00:30.000Z',
    account: { creditBalance: 420 },
    service: { status: 'operational' },
  };
  const { verdict: _verdict, schemaVersion: _version, runwayFailure: _words, ...failure } = envelope;
  const failed: ReelState = { ...state, status: 'failed', phase: 'done', failure, diagnosis };
  const view = viewReel({ execution: { ...running, status: 'failed', state: failed } });
  expect(view?.failure).toEqual({
    ...failure,
    account: { creditBalance: 420 },
    service: { status: 'operational' },
  });
  expect(view).not.toHaveProperty('diagnosis');
});

test('a reel that was made again from another names it', () => {
  const execution = { ...running, head: { ...head, remakeOf: 'b'.repeat(26) } };
  expect(viewReel({ execution })?.remakeOf).toBe('b'.repeat(26));
});

describe("the run's own status wins over a memo that is not terminal", () => {
  const closedAt = '2026-11-23T06:05:00.000Z';
  const closed = (status: Execution['status']): Execution => ({ ...running, status, closedAt });

  test.each([['terminated'], ['timed_out']] as const)('%s: stopped by an operator', (status) => {
    expect(viewReel({ execution: closed(status) })).toMatchObject({
      status: 'failed',
      phase: 'done',
      finishedAt: closedAt,
      generations: [{ status: 'uncertain', endedAt: closedAt }],
      credits: { charged: 0, uncertain: 80 },
      failure: {
        code: 'stopped_by_operator',
        operationId: '695f1a48-dd9f',
        message: expect.stringContaining('$0.80 (80 credits)'),
      },
    });
  });

  test('failed: what the run failed with, without the raw words of Runway', () => {
    const view = viewReel({ execution: closed('failed'), failure: envelope });
    expect(view).toMatchObject({
      status: 'failed',
      failure: { code: 'insufficient_credits', httpStatus: 400, operationId: '695f1a48-dd9f' },
    });
    expect(JSON.stringify(view)).not.toContain('raw words');
  });

  test('failed without an envelope: unknown, and no message of a stranger', () => {
    expect(viewReel({ execution: closed('failed') })?.failure?.code).toBe('unknown_error');
  });

  test('cancelled: no failure, but the charge stays open', () => {
    const view = viewReel({ execution: closed('cancelled') });
    expect(view).toMatchObject({ status: 'cancelled', credits: { uncertain: 80 } });
    expect(view?.failure).toBeUndefined();
  });

  test('a terminal memo stays, also when the run was terminated after it', () => {
    const execution = { ...closed('terminated'), state: done };
    expect(endedSilently(execution)).toBe(false);
    expect(viewReel({ execution })).toMatchObject({ status: 'succeeded', progress: 1 });
  });

  test('a terminal record counts where the memo did not come so far', () => {
    const execution = closed('terminated');
    expect(endedSilently(execution)).toBe(true);
    expect(viewReel({ execution, record: recordOf(done) })?.status).toBe('succeeded');
  });

  test('a reel that is made stays so while a reset repeats its run', () => {
    const view = viewReel({ execution: { ...running, isRepeat: true }, record: recordOf(done) });
    expect(view).toMatchObject({ status: 'succeeded', progress: 1, run: { runId: running.runId } });
  });

  test('a failed reel that goes on again after a reset is not what its old record says', () => {
    const failed = { ...state, status: 'failed' } as const;
    expect(viewReel({ execution: { ...running, isRepeat: true }, record: recordOf(failed) })?.status).toBe(
      'in_progress',
    );
  });
});

describe('without a run in Temporal', () => {
  test('a finished record reads as it was finished', () => {
    expect(viewReel({ record: recordOf(done) })).toMatchObject({ status: 'succeeded', progress: 1 });
  });

  test('an unfinished record reads failed, with its open charge', () => {
    expect(viewReel({ record: recordOf(state) })).toMatchObject({
      status: 'failed',
      credits: { uncertain: 80 },
      failure: { code: 'history_lost' },
    });
  });
});
