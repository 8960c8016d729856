import type { Exchange } from './exchange';
import { isKnownStatus, taskRead } from './task-read';

const now = Date.parse('2026-11-23T08:00:00Z');
const read = (changes: Partial<Exchange>) => taskRead({ connected: true, bodyText: '', ...changes }, now);
const task = (fields: object) => read({ status: 200, bodyText: JSON.stringify(fields) });
const ERROR = JSON.stringify({ error: 'Could not find Task' });

describe('a task', () => {
  test('is read with everything that it says', () => {
    const said = { status: 'RUNNING', progress: 0.4, output: [], id: 'x', createdAt: 'y' };
    const seen = { id: 'x', status: 'RUNNING', progress: 0.4, output: [] };
    expect(task(said)).toEqual({ kind: 'task', task: seen });
    const failed = { status: 'FAILED', failure: 'No', failureCode: 'INTERNAL', cost: { credits: 0 } };
    expect(task(failed)).toEqual({
      kind: 'task',
      task: { status: 'FAILED', failure: 'No', failureCode: 'INTERNAL', credits: 0, output: [] },
    });
  });

  test('of a status that nobody knows yet is a task all the same', () => {
    expect(task({ status: 'DREAMING' })).toMatchObject({ kind: 'task', task: { status: 'DREAMING' } });
  });

  test.each([
    ['CANCELED', 'CANCELLED'],
    ['Cancelled', 'CANCELLED'],
    ['succeeded', 'SUCCEEDED'],
    [' SUCCEEDED ', 'SUCCEEDED'],
    ['completed', 'SUCCEEDED'],
    ['in_progress', 'RUNNING'],
    ['Complete', 'SUCCEEDED'],
    ['DONE', 'SUCCEEDED'],
    ['successful', 'SUCCEEDED'],
    ['generating', 'RUNNING'],
    ['IN_QUEUE', 'PENDING'],
    ['Throttled', 'THROTTLED'],
    ['failed', 'FAILED'],
  ])('is understood with the status word %j', (said, status) => {
    expect(task({ status: said })).toMatchObject({ task: { status } });
  });

  test.each(['ERROR', 'error', 'failure', 'REJECTED'])(
    'that says %j is not known to have failed: another generation would cost',
    (status) => expect(task({ status })).toMatchObject({ task: { status } }),
  );

  test.each([null, 5, true, ['SUCCEEDED'], { toString: 1 }])(
    'whose status is %j has an unknown one',
    (status) => {
      expect(task({ status })).toEqual({
        kind: 'task',
        task: { status: JSON.stringify(status), output: [] },
      });
      expect(isKnownStatus(JSON.stringify(status))).toBe(false);
    },
  );

  test('of an unknown status that offers its output is finished', () => {
    expect(task({ status: 'ARCHIVED', output: ['https://a'] })).toMatchObject({
      task: { status: 'SUCCEEDED' },
    });
    expect(task({ status: 'FAILED', output: ['https://a'] })).toMatchObject({ task: { status: 'FAILED' } });
  });

  test('has a status of one bounded line, whatever is sent', () => {
    const read = task({ status: `a\u202e\n${'🎄'.repeat(1_000)}` });
    expect(read).toMatchObject({ task: { status: `a ${'🎄'.repeat(18)}…` } });
  });

  test.each([-0.1, 1.1, '0.5', null, 1e9])('with progress %j has none', (progress) => {
    expect(task({ status: 'RUNNING', progress })).toEqual({
      kind: 'task',
      task: { status: 'RUNNING', output: [] },
    });
  });

  test.each([{ credits: -5 }, { credits: '5' }, null, 5])('with cost %j has an unknown charge', (cost) => {
    expect(task({ status: 'SUCCEEDED', cost })).toEqual({
      kind: 'task',
      task: { status: 'SUCCEEDED', output: [] },
    });
  });

  test('offers only outputs that are text', () => {
    const read = task({ status: 'SUCCEEDED', output: ['https://a', 5, null, { url: 'b' }, 'https://c'] });
    expect(read).toMatchObject({ task: { output: ['https://a', 'https://c'] } });
    expect(task({ status: 'SUCCEEDED', output: { url: 'https://a' } })).toMatchObject({
      task: { output: [] },
    });
  });

  test('may offer one without a list, and what is empty is none', () => {
    expect(task({ status: 'SUCCEEDED', output: 'https://a' })).toMatchObject({
      task: { output: ['https://a'] },
    });
    expect(task({ status: 'ARCHIVED', output: ['', ' '] })).toMatchObject({
      task: { status: 'ARCHIVED', output: [] },
    });
  });

  test('has failure texts of a bounded length, and none that are empty', () => {
    const long = task({ status: 'FAILED', failure: 'x'.repeat(9_000), failureCode: '' });
    expect(long).toEqual({
      kind: 'task',
      task: { status: 'FAILED', failure: `${'x'.repeat(1_999)}…`, output: [] },
    });
  });

  test('has failure texts of whole characters', () => {
    const long = task({ status: 'FAILED', failure: `${'x'.repeat(1_998)}😀 and more` });
    expect(long).toMatchObject({ task: { failure: `${'x'.repeat(1_998)}…` } });
    const broken = read({ status: 200, bodyText: '{"status":"FAILED","failure":"half \\ude00"}' });
    expect(broken).toMatchObject({ task: { failure: 'half \ufffd' } });
  });
});

test.each([401, 402, 403])('HTTP %i says nothing about the task, but that access is refused', (status) => {
  expect(read({ status, bodyText: ERROR })).toMatchObject({ kind: 'access_refused', httpStatus: status });
});

test('only Runway itself knows that there is no such task', () => {
  expect(read({ status: 404, bodyText: ERROR })).toMatchObject({ kind: 'not_found' });
  expect(read({ status: 404, bodyText: '<html>404</html>' })).toMatchObject({ kind: 'fault' });
  expect(read({ status: 404, bodyText: '{"error":""}' })).toMatchObject({ kind: 'fault' });
});

test.each<[string, Partial<Exchange>]>([
  ['no answer', { fault: { code: 'TIMEOUT', message: 'no answer in time' } }],
  ['a page', { status: 200, bodyText: '<html>' }],
  ['JSON without a status', { status: 200, bodyText: '{"id":"x"}' }],
  ['a list', { status: 200, bodyText: '[]' }],
  ['an empty body', { status: 204 }],
  ['a redirect', { status: 302 }],
  ['a server error', { status: 500, bodyText: ERROR }],
  ['a rate limit', { status: 429, bodyText: ERROR }],
  [
    'a whole task in a cut answer',
    { status: 200, bodyText: '{"status":"FAILED"}', fault: { code: 'UND_ERR_SOCKET', message: 'closed' } },
  ],
])('%s is a fault, and no verdict', (_, changes) => {
  expect(read(changes).kind).toBe('fault');
});

test('a fault says when to come back', () => {
  expect(read({ status: 429, bodyText: ERROR, retryAfter: '9' })).toMatchObject({ retryAfterMs: 9_000 });
});
