import { formatCredits } from './money';

test.each([
  [0, '$0.00 (0 credits)'],
  [1, '$0.01 (1 credit)'],
  [80, '$0.80 (80 credits)'],
  [120, '$1.20 (120 credits)'],
  [100_000, '$1000.00 (100000 credits)'],
  [13.6, '$0.14 (13.6 credits)'],
  [80 * 1.005, '$0.80 (80.4 credits)'],
])('%d credits are %s', (credits, text) => {
  expect(formatCredits(credits)).toBe(text);
});
