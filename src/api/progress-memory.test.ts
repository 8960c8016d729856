import { createProgressMemory } from './progress-memory';

test('progress never falls within a generation, and begins again with the next one', () => {
  const progressOf = createProgressMemory();
  expect([progressOf('a', 1, 0.1), progressOf('a', 1, 0.5), progressOf('a', 1, 0.4)]).toEqual([
    0.1, 0.5, 0.5,
  ]);
  expect(progressOf('a', 1)).toBe(0.5);
  expect(progressOf('b', 1)).toBe(0);
  expect(progressOf('a', 2)).toBe(0);
  expect(progressOf('a', 2, 0.2)).toBe(0.2);
});

test('it remembers a bounded number of reels', () => {
  const progressOf = createProgressMemory();
  for (let i = 0; i <= 10_000; i++) progressOf(`reel ${i}`, 1, 0.5);
  expect([progressOf('reel 0', 1), progressOf('reel 10000', 1)]).toEqual([0, 0.5]);
});
