import type { Generation } from '../../../contract/schemas/reel';
import { createProgressMemory, steadyPhase } from './public-reel';

function view(id: string, number: number, progress?: number, status: Generation['status'] = 'submitted') {
  const generations = [{ number, status } as Generation];
  return { id, generations, ...(progress === undefined ? {} : { progress }) };
}

test('progress never falls within a generation, and begins again with the next one', () => {
  const progressOf = createProgressMemory();
  expect([0.1, 0.5, 0.4].map((progress) => progressOf(view('a', 1, progress)))).toEqual([0.1, 0.5, 0.5]);
  expect(progressOf(view('a', 1))).toBe(0.5);
  expect(progressOf(view('b', 1))).toBe(0);
  expect(progressOf(view('a', 2))).toBe(0);
  expect(progressOf(view('a', 2, 0.2))).toBe(0.2);
});

test('what has ended has the same progress in a process that saw it run and in one that did not', () => {
  const [saw, began] = [createProgressMemory(), createProgressMemory()];
  saw(view('a', 1, 0.6));
  for (const status of ['failed', 'cancelled', 'uncertain'] as const) {
    expect([saw(view('a', 1, undefined, status)), began(view('a', 1, undefined, status))]).toEqual([0, 0]);
  }
  expect(began(view('a', 1, undefined, 'succeeded'))).toBe(1);
  expect(began({ id: 'a', generations: [], progress: 1 })).toBe(1);
  expect(began({ id: 'a', generations: [] })).toBe(0);
});

test('it remembers a bounded number of reels', () => {
  const progressOf = createProgressMemory();
  for (let i = 0; i <= 10_000; i++) progressOf(view(`reel ${i}`, 1, 0.5));
  expect([progressOf(view('reel 0', 1)), progressOf(view('reel 10000', 1))]).toEqual([0, 0.5]);
});

test('a task that has run does not read as in line again; one that has not, and other phases, stay', () => {
  expect(steadyPhase('queued_at_runway', 0.87)).toBe('running');
  expect(steadyPhase('queued_at_runway', 0)).toBe('queued_at_runway');
  expect(steadyPhase('waiting_for_slot', 0.5)).toBe('waiting_for_slot');
  expect(steadyPhase('storing', 1)).toBe('storing');
});
