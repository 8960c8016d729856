import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseRetryAfter, RETRY_AFTER_CAP_MS } from './retry-after';

const now = Date.parse('2026-11-23T08:00:00Z');

test.each([
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['1.5', 1_500],
  ['Mon, 23 Nov 2026 08:00:30 GMT', 30_000],
  ['Monday, 23-Nov-26 08:00:30 GMT', 30_000],
  ['Mon Nov 23 08:00:30 2026', 30_000],
  ['Mon, 23 Nov 2026 08:00:30', 30_000],
  ['Mon, 23 Nov 2026 09:00:30 +0100', 30_000],
])('%j is %i ms', (header, ms) => {
  expect(parseRetryAfter(header, now)).toBe(ms);
});

test('a date without a zone is in GMT, wherever this machine is', () => {
  const script = `console.log(require(${JSON.stringify(join(__dirname, 'retry-after.ts'))})
    .parseRetryAfter('Mon Nov 23 08:00:30 2026', ${now}))`;
  // A process keeps the zone that it began with.
  const typescript = join(__dirname, '../../../tools/typescript.js');
  const { stdout } = spawnSync(process.execPath, ['--require', typescript, '--eval', script], {
    env: { ...process.env, TZ: 'America/Los_Angeles' },
    encoding: 'utf8',
  });
  expect(stdout.trim()).toBe('30000');
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
