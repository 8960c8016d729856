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

test('traffic stays in the file, also when it names a reel, unless it is a warning', () => {
  const answered = {
    level: 'info',
    reelId: 'sim-abc',
    path: '/v1/reels/sim-abc',
    status: 200,
    msg: 'answered',
  };
  expect(terminalLine('api', at(answered))).toBeUndefined();
  const called = { level: 'info', reelId: 'sim-abc', call: 'submit', status: 200, msg: 'Runway was called' };
  expect(terminalLine('worker', at(called))).toBeUndefined();
  expect(terminalLine('api', at({ ...answered, level: 'warn' }))).toContain('WARN');
});

test('a line that is no log entry, such as a crash, is shown as it is', () => {
  expect(terminalLine('worker', 'TypeError: x is not a function')).toBe(
    'worker: TypeError: x is not a function',
  );
  expect(terminalLine('worker', '{ broken')).toBe('worker: { broken');
});

test('what controls a terminal is not shown, whoever wrote it', () => {
  const line = at({ level: 'warn', msg: 'refused: \u001b]0;title\u0007 \u202egpj' });
  expect(terminalLine('api', line)).toBe('03:04:05 api    WARN: refused: ]0;title gpj');
  expect(terminalLine('api', 'crash \u001b[2J\u009b31m')).toBe('api: crash [2J31m');
});
