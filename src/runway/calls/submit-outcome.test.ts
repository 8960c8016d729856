import fc from 'fast-check';
import type { Exchange } from './exchange';
import { type Refusal, submitOutcome } from './submit-outcome';

const now = Date.parse('2026-11-23T08:00:00Z');
const outcome = (changes: Partial<Exchange>) =>
  submitOutcome({ connected: true, bodyText: '', ...changes }, now);
const TASK_ID = '695f1a48-dd9f-4f21-8b52-0a4f6d2f2c11';
const json = (value: unknown) => JSON.stringify(value);
const ERROR = json({ error: 'No.' });

describe('a task was created', () => {
  test('when the answer holds its ID and the most it may cost', () => {
    const bodyText = json({ id: TASK_ID, estimatedCost: { credits: 80 } });
    expect(outcome({ status: 200, bodyText })).toEqual({
      kind: 'created',
      runwayTaskId: TASK_ID,
      estimatedCredits: 80,
    });
  });

  test.each([{ credits: -80 }, { credits: '80' }, null, 80])(
    'at a price of %j, which is no price',
    (estimatedCost) => {
      const bodyText = json({ id: TASK_ID, estimatedCost });
      expect(outcome({ status: 200, bodyText })).toEqual({ kind: 'created', runwayTaskId: TASK_ID });
    },
  );

  test.each([200, 201, 202])('whatever the kind of success: HTTP %i', (status) => {
    expect(outcome({ status, bodyText: json({ id: TASK_ID }) })).toMatchObject({ runwayTaskId: TASK_ID });
  });

  test('also with an ID of another form', () => {
    expect(outcome({ status: 200, bodyText: json({ id: 'task_01:x' }) })).toMatchObject({ kind: 'created' });
  });

  test('when its ID is whole in half a body', () => {
    const bodyText = json({ id: TASK_ID, estimatedCost: { credits: 80 } });
    for (let length = 0; length < bodyText.length; length += 1) {
      const whole = length >= bodyText.indexOf(TASK_ID) + TASK_ID.length + 1;
      expect(outcome({ status: 200, bodyText: bodyText.slice(0, length) }).kind).toBe(
        whole ? 'created' : 'unknown',
      );
    }
  });

  test('and that one only, which is not further in', () => {
    const other = '11111111-dd9f-4f21-8b52-0a4f6d2f2c11';
    const half = (text: string) => outcome({ status: 200, bodyText: text });
    const before = `{"note":"{\\"id\\"","is":"id","of":[{"id":"${other}"}],"id":"`;
    expect(half(`${before}${TASK_ID}","estim`)).toMatchObject({ runwayTaskId: TASK_ID });
    expect(half(`${before}${TASK_ID.slice(0, 9)}`).kind).toBe('unknown');
    expect(half(`[{"id":"${other}"}`).kind).toBe('unknown');
  });
});

test.each([
  ['a page with an ID of something else', `<html><script>{"id":"${TASK_ID}"}</script>`],
  ['an ID that is no text', json({ id: 5 })],
  ['an empty ID', json({ id: '' })],
  ['an ID that no path can hold', json({ id: '..' })],
  ['an ID that no path can hold, in escapes', json({ id: '%2E.' })],
  ['an ID of two lines', json({ id: 'a\nb' })],
  ['an ID that Temporal refuses as a keyword', json({ id: 'x'.repeat(3_000) })],
  ['an ID further down', json({ task: { id: TASK_ID } })],
  ['nothing', ''],
])('a 200 with %s is unknown, never refused', (_, bodyText) => {
  expect(outcome({ status: 200, bodyText }).kind).toBe('unknown');
});

test.each([
  [400, ERROR, 'bad_request'],
  [400, json({ error: 'You do not have enough credits to run this task.' }), 'insufficient_credits'],
  [401, ERROR, 'unauthorized'],
  [402, ERROR, 'payment_required'],
  [403, ERROR, 'forbidden'],
  [404, ERROR, 'not_found'],
  [405, ERROR, 'method_not_allowed'],
  [413, ERROR, 'payload_too_large'],
  [422, ERROR, 'unprocessable'],
  [429, ERROR, 'rate_limited'],
  [429, json({ error: 'Your daily task limit has been reached.' }), 'daily_limit_reached'],
  [500, ERROR, 'runway_server_error'],
  [502, ERROR, 'runway_overloaded'],
  [503, ERROR, 'runway_overloaded'],
])('HTTP %i with %s is Runway’s %s', (status, bodyText, code) => {
  const refused = outcome({ status, bodyText, requestId: 'req-1', retryAfter: '3' });
  expect(refused).toMatchObject({
    kind: 'refused',
    refusal: { entry: { code, charge: 'nothing' }, httpStatus: status, requestId: 'req-1' },
  });
});

test.each([
  [429, json({ message: 'Too Many Requests' }), 'rate_limited', 'Too Many Requests'],
  [429, json({ error: { code: 429, message: 'Slow down' } }), 'rate_limited', 'Slow down'],
  [429, '{}', 'rate_limited', 'HTTP 429'],
  [401, json({ message: 'Unauthorized' }), 'unauthorized', 'Unauthorized'],
  [403, json({ Message: 'Missing Authentication Token' }), 'forbidden', 'Missing Authentication Token'],
  [404, json({ message: 'Not Found' }), 'not_found', 'Not Found'],
  [413, json({ message: 'Request Too Long' }), 'payload_too_large', 'Request Too Long'],
  [400, json({ errors: [{ detail: 'You do not have enough credits' }] }), 'insufficient_credits', 'credits'],
  [410, json({ error: 'This model was removed' }), 'no_longer_offered', 'This model was removed'],
  [415, json({ title: 'Unsupported Media Type', status: 415 }), 'refused', 'Unsupported Media Type'],
  [451, ERROR, 'refused', 'No.'],
  [418, json(['short and stout']), 'refused', 'short and stout'],
  [400, json({ error: '' }), 'bad_request', 'HTTP 400'],
  [422, json({ detail: [{ loc: ['body'], msg: 'field required' }] }), 'unprocessable', 'field required'],
])('a 4xx is a refusal in whatever JSON: HTTP %i with %s is %s', (status, bodyText, code, words) => {
  const { kind, ...rest } = outcome({ status, bodyText });
  expect({ kind, ...rest }).toMatchObject({
    kind: 'refused',
    refusal: { entry: { code, charge: 'nothing' } },
  });
  expect((rest as { refusal: Refusal }).refusal.words).toContain(words);
});

test.each([json('Too Many Requests'), 'null', '429'])(
  'a bare %s is a refusal where its type says that it is JSON, and any text where not',
  (bodyText) => {
    const answer = { status: 429, bodyText };
    for (const contentType of ['application/json', 'application/problem+json; charset=utf-8']) {
      expect(outcome({ ...answer, contentType })).toMatchObject({
        refusal: { entry: { code: 'rate_limited' } },
      });
    }
    for (const contentType of [
      undefined,
      'text/plain',
      'application/jsonp',
      'text/html; x=application/json',
    ]) {
      expect(outcome({ ...answer, contentType }).kind).toBe('unknown');
    }
  },
);

test.each([
  [500, json({ message: 'Internal Server Error' })],
  [500, json({ error: '' })],
  [502, json({ message: 'Bad Gateway' })],
  [503, json({ message: 'Service Unavailable' })],
  [504, json({ message: 'Endpoint request timed out' })],
  [429, '<html><title>429</title></html>'],
  [403, 'Forbidden'],
  [400, ''],
])('HTTP %i with %s leaves open what became of the create', (status, bodyText) => {
  expect(outcome({ status, bodyText }).kind).toBe('unknown');
});

test('a refusal that was cut short leaves it open as well', () => {
  const fault = { code: 'UND_ERR_SOCKET', message: 'closed' };
  expect(outcome({ status: 429, bodyText: ERROR, fault }).kind).toBe('unknown');
});

test.each([408, 409, 499, 504, 501, 505, 520, 599])('HTTP %i is unknown, also in Runway’s JSON', (status) => {
  expect(outcome({ status, bodyText: ERROR }).kind).toBe('unknown');
});

describe('whatever happened', () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom(ERROR, '', '<html>', json({ id: TASK_ID }), `{"id":"${TASK_ID}"`, '{"error":""}'),
    fc.record({ error: fc.string(), id: fc.string() }).map(json),
    fc.record({ error: fc.string(), issues: fc.array(fc.jsonValue()) }).map(json),
  );
  const anyExchange: fc.Arbitrary<Exchange> = fc.record(
    {
      connected: fc.boolean(),
      status: fc.oneof(fc.integer({ min: 100, max: 999 }), fc.constantFrom(200, 204, 400, 429, 500, 503)),
      bodyText: anyText,
      retryAfter: fc.string(),
      requestId: fc.string(),
      fault: fc.record({ code: fc.string(), message: fc.string() }),
    },
    { requiredKeys: ['connected', 'bodyText'] },
  );

  test('it may be sent again only if it never left, or somebody answered in JSON that it was not taken', () => {
    fc.assert(
      fc.property(anyExchange, (exchange) => {
        const { kind } = submitOutcome(exchange, now);
        if (!exchange.connected) return kind === 'not_sent';
        const { status = 0, fault, bodyText } = exchange;
        const refused = status >= 400 && status < 500 && isJson(bodyText);
        const saysNo = fault === undefined && (refused || (status >= 500 && saysError(bodyText)));
        return kind === 'created' || kind === 'unknown' || (kind === 'refused' && saysNo);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a 2xx is never refused, and a refusal never costs anything', () => {
    fc.assert(
      fc.property(anyExchange, (exchange) => {
        const result = submitOutcome({ ...exchange, connected: true }, now);
        const { status = 0 } = exchange;
        if (status >= 200 && status < 300) return result.kind === 'created' || result.kind === 'unknown';
        return result.kind !== 'refused' || result.refusal.entry.charge === 'nothing';
      }),
      { numRuns: 3_000 },
    );
  });

  function isJson(text: string): boolean {
    try {
      return typeof JSON.parse(text) === 'object';
    } catch {
      return false;
    }
  }

  function saysError(text: string): boolean {
    try {
      return typeof (JSON.parse(text) as { error?: unknown } | null)?.error === 'string';
    } catch {
      return false;
    }
  }
});
