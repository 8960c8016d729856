import { creditsIn, errorText, parseObject, wordsOf } from './answer-text';

const exchange = { connected: true, bodyText: '' };

describe('the words of an answer', () => {
  test('are those of Runway, with every field that it names', () => {
    const bodyText = JSON.stringify({
      error: 'Validation of body failed',
      issues: [
        { code: 'invalid', path: ['promptText'], message: 'Too long' },
        { path: ['keyframes', 0, 'uri'], message: 'Not an image' },
        { message: 'Of no field' },
        null,
        { path: [{ toString: 1 }], message: { toString: 1 } },
      ],
    });
    expect(wordsOf({ ...exchange, status: 400, bodyText })).toBe(
      'Validation of body failed; promptText: Too long; keyframes.0.uri: Not an image; body: Of no field; body: undefined; ' +
        '{"toString":1}: {"toString":1}',
    );
  });

  test.each([
    ['<html>token=secret</html>', ''],
    ['  <!doctype html><head><TITLE>502 Bad\nGateway</TITLE></head><p>token=secret', ': 502 Bad Gateway'],
    ['upstream connect error', ': upstream connect error'],
    [JSON.stringify({ message: 'Bad\u001b]0;x\u0007 Gateway' }), ': Bad ]0;x Gateway'],
    [
      JSON.stringify({ fault: { faultstring: 'Quota violation', detail: { code: 'x' } } }),
      ': Quota violation',
    ],
    [JSON.stringify({ Error: 'Bad', error_Message: 'Gateway', code: 'secret' }), ': Bad; Gateway'],
    [JSON.stringify({ reason: 'quota' }), ': quota'],
    [
      JSON.stringify({ errors: { ratio: ['is unknown'], seed: ['is too large'] } }),
      ': is unknown; is too large',
    ],
    [JSON.stringify({ error: ' \u200b', headers: { authorization: 'secret' } }), ''],
    [JSON.stringify({ context: { key: 'secret' } }), ''],
    ['', ''],
    ['x'.repeat(900), `: ${'x'.repeat(199)}…`],
  ])('of %j in between, they are passed on as such: %j', (bodyText, words) => {
    expect(wordsOf({ ...exchange, status: 502, bodyText })).toBe(
      `HTTP 502 from something between here and Runway${words}`,
    );
  });

  test('are whole characters, however they came', () => {
    const cut = JSON.stringify({ error: `${'x'.repeat(998)}👨‍👩‍👧‍👦 and more` });
    expect(wordsOf({ ...exchange, status: 400, bodyText: cut })).toBe(`${'x'.repeat(998)}…`);
    const broken = '{"error":"half \\ud83d of it"}';
    expect(wordsOf({ ...exchange, status: 400, bodyText: broken })).toBe('half \ufffd of it');
  });

  test('tell the fault that cut the answer short', () => {
    const fault = { code: 'ECONNRESET', message: 'read ECONNRESET' };
    expect(wordsOf({ ...exchange, fault })).toBe('read ECONNRESET (ECONNRESET)');
    expect(wordsOf({ ...exchange, status: 200, fault })).toMatch(/^HTTP 200 .*; read ECONNRESET/);
    expect(wordsOf(exchange)).toBe('no answer');
  });

  test('are bounded, whatever Runway sends', () => {
    const bodyText = JSON.stringify({ error: 'x'.repeat(9_000), issues: Array(500).fill({ message: 'y' }) });
    expect(wordsOf({ ...exchange, status: 400, bodyText })).toHaveLength(1_000);
  });
});

test.each([
  '',
  '{',
  'null',
  '5',
  '"error"',
  '[]',
  '{"error":5}',
  '{"error":null}',
  '{"error":""}',
  '{"error":" \\u200b\\u001b"}',
  '{"message":"no"}',
  '<html>',
])('%j holds no words of Runway', (text) => expect(errorText(text)).toBeUndefined());

test.each(['', 'nonsense', '5', 'null', '"text"'])('%j is no object', (text) => {
  expect(parseObject(text)).toBeUndefined();
});

test.each([
  [{ credits: 80 }, 80],
  [{ credits: 0 }, 0],
  [{ credits: -80 }, undefined],
  [{ credits: Number.NaN }, undefined],
  [{ credits: Number.POSITIVE_INFINITY }, undefined],
  [{ credits: '80' }, undefined],
  [{}, undefined],
  [null, undefined],
  [undefined, undefined],
  ['80', undefined],
])('the credits in %j are %j', (cost, credits) => {
  expect(creditsIn(cost)).toBe(credits);
});
