import { gaps, mean, quantile } from './statistics';

test('a quantile is a value that was measured', () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.5, 0.95, 1].map((share) => quantile(values, share))).toEqual([1, 3, 5, 5]);
  expect(quantile([2, 1], 0.5)).toBe(1);
  expect(quantile([], 0.5)).toBeNaN();
});

test('gaps are the distances between neighbours', () => {
  expect(gaps([10, 15, 21])).toEqual([5, 6]);
  expect(gaps([10])).toEqual([]);
});

test('the mean of nothing is no number, so that no limit is met by it', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});
