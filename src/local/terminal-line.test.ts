import { terminalLine } from './terminal-line';

const at = (fields: object): string =>
  JSON.stringify({ time: new Date(2026, 0, 2, 3, 4, 5).toISOString(), ...fields });

test('what happens to a reel is one line', () => {
  const line = at({ level: 'info', reelId: 'sim-abc', msg: 'Retrying due to internal error (1/3)' });
  expect(terminalLine('worker', line)).toBe('03:04:05 worker sim-abc: Retrying due to internal error (1/3)');
});

test('a warning is shown with its cause, on one line', () => {
  const line = at({ level: 'warn', msg: 'poll failed', err: { message: 'socket\nhang up', stack: 'at x' } });
  expect(terminalLine('api', line)).toBe('03:04:05 api    WARN: poll failed (socket hang up)');
});

test('information that is not about a reel stays in the file', () => {
  expect(terminalLine('api', at({ level: 'info', msg: 'listening' }))).toBeUndefined();
});

test('a line that is no log entry, such as a crash, is shown as it is', () => {
  expect(terminalLine('worker', 'TypeError: x is not a function')).toBe(
    'worker: TypeError: x is not a function',
  );
  expect(terminalLine('worker', '{ broken')).toBe('worker: { broken');
});
