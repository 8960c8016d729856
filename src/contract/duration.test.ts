import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration';

test.each([
  ['0s', 0],
  ['500ms', 500],
  ['30s', 30_000],
  [' 10m ', 600_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('%j is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', 's', '5', '-5s', '+5s', '1.5h', '5 s', '5S', '1h30m', '1w', 'Infinityd', '٣s', '9999999999s'])(
  '%j is no duration',
  (text) => expect(parseDuration(text)).toBeUndefined(),
);

test('every duration leads from now to a day that can be written down', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.constantFrom('ms', 's', 'm', 'h', 'd'), (count, unit) => {
      const ms = parseDuration(`${count}${unit}`);
      if (ms !== undefined) expect(new Date(Date.now() + ms).toISOString()).toMatch(/^2[01]\d\d-/);
    }),
  );
  expect(parseDuration('36500d')).toBeDefined();
  expect(parseDuration('36501d')).toBeUndefined();
});

test.each([
  [500, '0.5 s'],
  [30_000, '30 s'],
  [150_000, '2.5 min'],
  [10_800_000, '3 h'],
  [172_800_000, '2 d'],
])('%i ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
