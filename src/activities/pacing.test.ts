import { backoffMs, pollDelayMs } from './pacing';

test('a back-off doubles up to its cap, and never overflows', () => {
  const delays = [1, 2, 3, 4, 9, 10_000].map((attempt) =>
    backoffMs(attempt, { base: 2_000, cap: 300_000 }, () => 0),
  );
  expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 300_000, 300_000]);
});

test('up to half of it is random, so that reels do not march in step', () => {
  expect(backoffMs(1, { base: 2_000, cap: 300_000 }, () => 0.5)).toBe(2_500);
  expect(backoffMs(1, { base: 2_000, cap: 300_000 }, () => 1)).toBe(3_000);
});

test('polls are never closer than asked for', () => {
  expect([0, 0.5, 1].map((random) => pollDelayMs(5_000, () => random))).toEqual([5_000, 5_250, 5_500]);
});
