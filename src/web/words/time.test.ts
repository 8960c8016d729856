import { formatSpan, formatUntil } from './time';
import { formatCredits, formatCredits as asTheService } from '../../contract/money';

test.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [80_000, '1 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [3 * 86_400_000, '3 days'],
  [-5, '0 s'],
])('%d ms are %s', (ms, words) => expect(formatSpan(ms)).toBe(words));

test('a countdown ends with 1 s, and then with nothing', () => {
  const at = '2026-11-01T12:00:00.000Z';
  expect(formatUntil(at, Date.parse(at) - 10)).toBe('1 s');
  expect(formatUntil(at, Date.parse(at))).toBeUndefined();
});

test.each([0, 1, 80, 1_234])('%d credits read as the service writes them', (credits) => {
  expect(formatCredits(credits)).toBe(asTheService(credits));
});
