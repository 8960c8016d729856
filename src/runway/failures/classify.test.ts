import { classifyFailure, classifyHttp, embeddedCode } from './classify';

const INTERNAL_13 = 'Generation failed: {"code":13,"message":"Internal error. Please try again later."}';

test.each([
  ['INTERNAL', 'internal_error', 'regenerate'],
  ['INTERNAL.SOMETHING_NEW', 'internal_error', 'regenerate'],
  ['INTERNAL.BAD_OUTPUT.01', 'bad_output', 'change-settings'],
  ['INTERNAL.BAD_OUTPUT.CODE01', 'bad_output', 'change-settings'],
  ['INPUT_PREPROCESSING.INTERNAL', 'preprocessing_failed', 'regenerate'],
  ['INPUT_PREPROCESSING.SAFETY.TEXT', 'safety_text', 'give-up'],
  ['SAFETY.INPUT.TEXT', 'safety_input', 'give-up'],
  ['SAFETY.INPUT.IMAGE', 'safety_input', 'give-up'],
  ['SAFETY.OUTPUT.VIDEO', 'safety_output', 'give-up'],
  ['SAFETY.NEW_KIND', 'safety_input', 'give-up'],
  ['ASSET.INVALID', 'invalid_asset', 'give-up'],
  ['THIRD_PARTY.UNAVAILABLE', 'third_party_unavailable', 'wait'],
])('a generation that fails as %s is %s: %s', (failureCode, code, verdict) => {
  expect(classifyFailure(failureCode, 'It failed.')).toMatchObject({ code, verdict });
});

test.each([
  'INTERNALLY',
  'INTERNAL_ERROR',
  'internal',
  'ASSETS.INVALID',
  'SAFETYNET',
  'INPUT_PREPROCESSING',
  'INPUT_PREPROCESSING.NEW',
  'XINTERNAL',
  '.INTERNAL',
  'constructor',
])('%s is nobody’s family: unknown, and never paid for twice', (failureCode) => {
  // The text does not make an unknown code a known one.
  expect(classifyFailure(failureCode, INTERNAL_13)).toMatchObject({
    code: 'unknown_failure_code',
    verdict: 'give-up',
  });
});

describe('a generation that fails without a code', () => {
  test('is INTERNAL when the upstream code 13 stands in its text', () => {
    expect(classifyFailure(undefined, INTERNAL_13).code).toBe('internal_error');
    expect(classifyFailure('', INTERNAL_13).code).toBe('internal_error');
  });

  test.each([undefined, '', 'It failed.', 'Failed: {"code":14}', '{"code":"13"}', '{broken'])(
    'is made again all the same when it says %j',
    (failure) => {
      expect(classifyFailure(undefined, failure)).toMatchObject({
        code: 'no_failure_code',
        verdict: 'regenerate',
      });
    },
  );
});

test.each([
  [INTERNAL_13, 13],
  ['{"code": 3}', 3],
  ['a {"code":13} b {"code":14} c', undefined],
  ['{"code":"13"}', undefined],
  ['{"message":"no"}', undefined],
  ['no JSON', undefined],
  ['{13}', undefined],
  [undefined, undefined],
])('the code inside %j is %j', (failure, code) => {
  expect(embeddedCode(failure)).toBe(code);
});

test('a 400 is about credits when it says so', () => {
  const text = '{"error":"You do not have enough credits to run this task.","docUrl":"https://x"}';
  expect(classifyHttp(400, text)?.code).toBe('insufficient_credits');
  expect(classifyHttp(400, '{"error":"Validation of body failed"}')?.code).toBe('bad_request');
});

test('a 429 is the daily limit when it says so', () => {
  const text = '{"error":"Your daily task limit has been reached."}';
  expect(classifyHttp(429, text)?.code).toBe('daily_limit_reached');
  expect(classifyHttp(429, '{"error":"Slow down"}')?.code).toBe('rate_limited');
});

test.each([200, 302, 408, 409, 499, 501, 504])('HTTP %i says nothing certain about a create', (status) => {
  expect(classifyHttp(status, '{"error":"x"}')).toBeUndefined();
});
