import { parseRetryAfter, RETRY_AFTER_CAP_MS } from './retry-after';

const now = Date.parse('2026-11-23T08:00:00Z');

test.each([
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['1.5', 1_500],
  ['Mon, 23 Nov 2026 08:00:30 GMT', 30_000],
  ['Monday, 23-Nov-26 08:00:30 GMT', 30_000],
])('%j is %i ms', (header, ms) => {
  expect(parseRetryAfter(header, now)).toBe(ms);
});

test.each(['86400', '999999999999999999999', 'Tue, 24 Nov 2026 08:00:00 GMT'])(
  '%j parks nothing for longer than the cap',
  (header) => expect(parseRetryAfter(header, now)).toBe(RETRY_AFTER_CAP_MS),
);

test('a date that has passed means now', () => {
  expect(parseRetryAfter('Sun, 22 Nov 2026 08:00:00 GMT', now)).toBe(0);
});

test.each([undefined, '', 'soon', 'soon 5', '-5', '5 minutes', '1e3', '0x10', 'NaN', 'Infinity'])(
  '%j is no advice',
  (header) => expect(parseRetryAfter(header, now)).toBeUndefined(),
);
