import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  type TimeoutType,
} from '@temporalio/common';
import {
  endedSilently,
  envelopeOf,
  type FailureEnvelope,
  NamedFailure,
  nameless,
  outOfTime,
  runFailure,
} from './failure';

const envelope: FailureEnvelope = {
  schemaVersion: 1,
  code: 'rate_limited',
  verdict: 'retry-call',
  category: 'service',
  title: 'Runway asks to slow down',
  message: 'Runway asks to slow down: Later. Nothing was charged. Nothing to do: it goes on by itself.',
  advice: ['Nothing to do: it goes on by itself.', 'A higher tier allows more.'],
  httpStatus: 429,
  chargedCredits: 0,
};

const ofActivity = (cause: Error) =>
  new ActivityFailure('failed', 'submitGeneration', '1', RetryState.TIMEOUT, 'worker', cause);
const ofCatalog = ApplicationFailure.create({ type: 'Runway.RateLimited', details: [envelope] });
const timeout = (type: TimeoutType) => new TimeoutFailure('timed out', undefined, type);

test('the envelope is found wherever an activity put it', () => {
  expect(envelopeOf(new NamedFailure(envelope))).toBe(envelope);
  expect(envelopeOf(ofCatalog)).toEqual(envelope);
  expect(envelopeOf(ofActivity(ofCatalog))).toEqual(envelope);
  const wrapped = ApplicationFailure.create({ message: 'outer', cause: ofCatalog });
  expect(envelopeOf(ofActivity(wrapped))).toEqual(envelope);
});

test.each([
  ['a bug', new TypeError('x is undefined')],
  ['a failure of an activity without details', ofActivity(ApplicationFailure.create({ message: 'x' }))],
  ['details of another kind', ApplicationFailure.create({ details: ['text'] })],
  [
    'an envelope of another version',
    ApplicationFailure.create({ details: [{ ...envelope, schemaVersion: 2 }] }),
  ],
  ['a time-out', ofActivity(timeout('HEARTBEAT'))],
  ['no error at all', undefined],
])('%s has none', (_, error) => {
  expect(envelopeOf(error)).toBeUndefined();
});

test.each<[string, unknown, boolean]>([
  ['a heartbeat that stopped', ofActivity(timeout('HEARTBEAT')), true],
  ['an attempt that took too long', ofActivity(timeout('START_TO_CLOSE')), true],
  ['time that ran out', ofActivity(timeout('SCHEDULE_TO_CLOSE')), true],
  ['a failure with a name', ofActivity(ofCatalog), false],
  ['a cancellation', ofActivity(new CancelledFailure('cancelled')), false],
  ['a time-out that is not of an activity', timeout('START_TO_CLOSE'), false],
])('%s is a silent end: %j', (_, error, silent) => {
  expect(endedSilently(error)).toBe(silent);
});

test('a run closes with our code as its type, for good, and with the whole envelope', () => {
  expect(runFailure(envelope)).toMatchObject({
    type: 'rate_limited',
    nonRetryable: true,
    message: envelope.message,
    details: [envelope],
  });
});

describe('a call that ran out of time', () => {
  const end: FailureEnvelope = {
    ...envelope,
    code: 'deadline_exceeded',
    verdict: 'give-up',
    title: 'The reel was not done by its deadline',
    message: 'The reel was not done by its deadline.',
    advice: ['Make it again.'],
  };

  test('ends by its deadline, keeps what was seen, and does not promise to go on by itself', () => {
    expect(outOfTime(envelope, end)).toEqual({
      ...end,
      httpStatus: 429,
      chargedCredits: 0,
      message:
        'The reel was not done by its deadline. At last: Runway asks to slow down: Later. Nothing was charged. Make it again.',
    });
  });

  test('is only one that might still have gone well', () => {
    const refused = { ...envelope, verdict: 'give-up' } as const;
    expect(outOfTime(refused, end)).toBe(refused);
  });
});

describe('a failure without a name', () => {
  test('says its kind, and leaves its text to the operator: it may hold anything', () => {
    const secret = 'Bearer key_123';
    const bug = nameless(ofActivity(ApplicationFailure.create({ type: 'TypeError', message: secret })));
    expect(bug).toMatchObject({ code: 'unknown_error', verdict: 'give-up' });
    expect(bug.message).toContain('(TypeError)');
    expect(JSON.stringify(bug)).not.toContain(secret);
    expect(nameless(ofActivity(timeout('HEARTBEAT'))).message).toContain('(TimeoutFailure)');
    for (const thrown of [undefined, null, secret, 5]) {
      expect(nameless(thrown).message).toMatch(/^Something failed that has no name yet\. What was charged/);
    }
  });

  test('leaves its charge open', () => {
    expect(nameless(new Error('x'))).not.toHaveProperty('chargedCredits');
  });
});
