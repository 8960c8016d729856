import fc from 'fast-check';
import type { FailureEnvelope } from '../../domain/failure';
import { queuedState, type ReelHead, type ReelState } from '../../domain/reel';
import * as change from './reel-changes';

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 8, 0, second)).toISOString();
const head = { estimatedCredits: 80, createdAt: at(0) } as ReelHead;
const begun = { model: 'veo3.1_fast', changes: [], estimatedCredits: 80 };
const failure: FailureEnvelope = {
  schemaVersion: 1,
  code: 'internal_error',
  verdict: 'regenerate',
  category: 'service',
  title: 'Runway had an internal error',
  message: 'It failed.',
  advice: [],
  runwayFailureCode: 'INTERNAL',
  runwayFailure: 'Generation failed',
};

const begin = (state: ReelState, number: number) =>
  change.beginGeneration(state, { ...begun, number }, at(number));
const first = begin(queuedState(head), 1);
const submitted = change.generationSubmitted(first, 1, at(2), { runwayTaskId: 'task-1' });

test('a generation that was begun is counted at its most, and is not uncertain', () => {
  expect(first).toMatchObject({ status: 'in_progress', phase: 'submitting', credits: { uncertain: 0 } });
  expect(change.committedCredits(first)).toBe(80);
  expect(change.openGeneration(first)?.number).toBe(1);
});

test('a submitted one has its Operation ID, and the most that Runway itself names', () => {
  expect(submitted.generations[0]).toMatchObject({ runwayTaskId: 'task-1', estimatedCredits: 80 });
  const dearer = change.generationSubmitted(first, 1, at(2), {
    runwayTaskId: 'task-1',
    estimatedCredits: 120,
  });
  expect(change.committedCredits(dearer)).toBe(120);
});

test('the ID of its paid request stays, whether Runway took it or not', () => {
  const taken = change.generationSubmitted(first, 1, at(2), { runwayTaskId: 'task-1', requestId: 'req-1' });
  const end = { status: 'failed', credits: 0, failure } as const;
  expect(change.generationEnded(taken, 1, at(3), end).generations[0]?.requestId).toBe('req-1');
  const lost = { status: 'uncertain', failure: { ...failure, requestId: 'req-2' } } as const;
  expect(change.generationEnded(first, 1, at(3), lost).generations[0]?.requestId).toBe('req-2');
});

test('one that ended is counted at what Runway charged', () => {
  const ended = change.generationEnded(submitted, 1, at(3), { status: 'failed', credits: 0, failure });
  expect(ended.generations[0]).toMatchObject({
    status: 'failed',
    credits: 0,
    failureCode: 'INTERNAL',
    failure: 'Generation failed',
    endedAt: at(3),
  });
  expect(ended.credits).toEqual({ estimated: 80, charged: 0, uncertain: 0 });
  expect(change.committedCredits(ended)).toBe(0);
  expect(change.openGeneration(ended)).toBeUndefined();
});

test('one whose charge cannot be read is uncertain up to its estimate, and counts against the maximum', () => {
  const ended = change.generationEnded(submitted, 1, at(3), { status: 'uncertain' });
  expect(ended.credits).toEqual({ estimated: 80, charged: 0, uncertain: 80 });
  expect(change.committedCredits(ended)).toBe(80);
  expect(change.costs(ended, 2)).toEqual([{ generation: 1, charged: 0, uncertain: 80 }]);
});

test('sums of prices with decimals have no more decimals than the prices', () => {
  let state = queuedState(head);
  for (const number of [1, 2, 3]) {
    state = change.generationEnded(begin(state, number), number, at(number), {
      status: 'failed',
      credits: 0.1,
    });
  }
  expect(state.credits.charged).toBe(0.3);
});

test('a failure of ours stands in for Runway’s words where there are none', () => {
  const { runwayFailure: _, runwayFailureCode: __, ...own } = failure;
  const ended = change.generationEnded(submitted, 1, at(3), { status: 'failed', failure: own });
  expect(ended.generations[0]).toMatchObject({ failureCode: 'internal_error', failure: 'It failed.' });
});

test('a generation that is submitted after all is open again, and no longer uncertain', () => {
  const lost = change.generationEnded(first, 1, at(3), { status: 'uncertain', failure });
  for (const open of [
    change.generationReopened(lost, 1, at(4)),
    change.generationSubmitted(lost, 1, at(4), { runwayTaskId: 'task-1' }),
  ]) {
    expect(change.openGeneration(open)?.number).toBe(1);
    expect(open.credits.uncertain).toBe(0);
    expect(open.generations[0]).not.toHaveProperty('failure');
    expect(open.generations[0]).not.toHaveProperty('endedAt');
  }
});

test('what a reel waits for is gone with the next step', () => {
  const waiting = change.waitingFor(first, at(2), 'waiting_to_retry', { for: 'x' });
  expect(waiting).toMatchObject({ phase: 'waiting_to_retry', waiting: { for: 'x' } });
  for (const next of [
    begin(waiting, 2),
    change.generationSubmitted(waiting, 1, at(3), { runwayTaskId: 'task-1' }),
    change.storing(waiting, at(3)),
    change.ended(waiting, at(3), { status: 'failed' }),
  ]) {
    expect(next.waiting).toBeUndefined();
  }
});

test('a decision stands until it is made, or the reel ends', () => {
  const decision = { generation: 1, since: at(2), until: at(9), choices: [] } as never;
  const undecided = change.needsDecision(first, at(2), 'submitting', decision);
  expect(undecided).toMatchObject({ status: 'needs_decision', decision });
  expect(change.decided(undecided, at(3))).toMatchObject({ status: 'in_progress', decision: undefined });
  expect(change.ended(undecided, at(3), { status: 'cancelled' }).decision).toBeUndefined();
});

test('an end keeps earlier warnings and says when', () => {
  const warned = { ...submitted, warnings: ['one'] };
  const ended = change.ended(warned, at(9), { status: 'succeeded', warnings: ['two'] });
  expect(ended).toMatchObject({
    status: 'succeeded',
    phase: 'done',
    warnings: ['one', 'two'],
    updatedAt: at(9),
    finishedAt: at(9),
  });
  expect(ended).not.toHaveProperty('failure');
});

test('no change touches the state that it starts from', () => {
  const before = structuredClone(submitted);
  change.generationEnded(submitted, 1, at(3), { status: 'failed', credits: 0, failure });
  begin(submitted, 2);
  change.ended(submitted, at(3), { status: 'failed' });
  expect(submitted).toEqual(before);
});

test('whatever happens, charged and uncertain credits add up to what was committed at the end', () => {
  const end = fc.record(
    { estimate: fc.nat(500), price: fc.option(fc.nat(500)), charged: fc.option(fc.nat(500)) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(end, { maxLength: 8 }), (ends) => {
      let state = queuedState(head);
      ends.forEach(({ estimate, price, charged }, index) => {
        const number = index + 1;
        const start = { ...begun, number, estimatedCredits: estimate };
        state = change.beginGeneration(state, start, at(1));
        if (price !== null) {
          const task = { runwayTaskId: `task-${number}`, estimatedCredits: price };
          state = change.generationSubmitted(state, number, at(2), task);
        }
        const credits = charged ?? undefined;
        state = change.generationEnded(state, number, at(3), { status: 'failed', credits });
      });
      const { charged, uncertain } = state.credits;
      expect(charged).toBe(ends.reduce((sum, one) => sum + (one.charged ?? 0), 0));
      expect(charged + uncertain).toBe(change.committedCredits(state));
      const costs = change.costs(state, ends.length + 1);
      expect(costs.reduce((sum, one) => sum + one.charged + one.uncertain, 0)).toBe(charged + uncertain);
    }),
  );
});
