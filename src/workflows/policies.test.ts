import type { ActivityOptions } from '@temporalio/common';
import type { ReelPolicy } from '../domain/generate-reel';
import * as policies from './policies';

const now = Date.parse('2026-11-23T08:00:00Z');
const policy: ReelPolicy = {
  regenerateLimit: 3,
  regenerateDelayMs: 30_000,
  pollIntervalMs: 5_000,
  submitTimeoutMs: 60_000,
  heartbeatTimeoutMs: 3_000,
  deadlineAt: '2026-11-25T08:00:00Z',
  onLostAnswer: 'ask',
  lostAnswerQuietMs: 60_000,
  decisionPatienceMs: 604_800_000,
  outagePatienceMs: 21_600_000,
  stallPatienceMs: 1_800_000,
};
const late = { ...policy, deadlineAt: '2026-11-23T07:00:00Z' };

/** Constants that a function below completes with what depends on the reel. */
const BASES = ['SUBMIT', 'AWAIT', 'FIND'];
const constants = Object.entries(policies).flatMap(([name, value]) =>
  typeof value === 'object' ? [[name, value as ActivityOptions] as const] : [],
);
const whole: (readonly [string, ActivityOptions])[] = [
  ...constants.filter(([name]) => !BASES.includes(name)),
  ['submitOptions', policies.submitOptions(policy, now)],
  ['submitOptions after the deadline', policies.submitOptions(late, now)],
  ['storeOptions', policies.storeOptions('reels-store', now, now)],
  ['findOptions', policies.findOptions(policy, now)],
  ['settleOptions', policies.settleOptions(policy)],
  ['awaitOptions', policies.awaitOptions(policy, 'reels-await', now)],
  ['awaitOptions after the deadline', policies.awaitOptions(late, 'reels-await', now)],
];

test.each(whole)('%s is whole: bounded by time, with a back-off that has an end', (_, options) => {
  expect(options).toMatchObject({
    startToCloseTimeout: expect.anything() as unknown,
    scheduleToCloseTimeout: expect.anything() as unknown,
    retry: {
      initialInterval: expect.any(String) as string,
      backoffCoefficient: expect.any(Number) as number,
      maximumInterval: expect.any(String) as string,
    },
  });
  for (const time of [options.startToCloseTimeout, options.scheduleToCloseTimeout]) {
    if (typeof time === 'number') expect(time).toBeGreaterThanOrEqual(1_000);
  }
});

test.each(constants)('%s cannot be changed, at any depth', (_, options) => {
  expect(Object.isFrozen(options)).toBe(true);
  expect(Object.isFrozen(options.retry)).toBe(true);
  expect(Object.isFrozen(options.retry?.nonRetryableErrorTypes)).toBe(true);
});

describe('a submit', () => {
  test('is not sent again after a time-out: a worker that died in mid-call looks like that', () => {
    for (const [name, { retry }] of whole) {
      expect([name, retry?.nonRetryableErrorTypes]).toEqual([
        name,
        name.startsWith('submitOptions')
          ? ['TemporalTimeout:StartToClose', 'TemporalTimeout:Heartbeat']
          : undefined,
      ]);
    }
  });

  test('is cancelled only when its worker says so: a cancel in mid-call still learns the task ID', () => {
    expect(policies.submitOptions(policy, now).cancellationType).toBe('WAIT_CANCELLATION_COMPLETED');
  });

  test('beats with at least 15 s of patience: a blocked event loop must not cost a task ID', () => {
    expect(policies.submitOptions(policy, now).heartbeatTimeout).toBe(15_000);
    const patient = { ...policy, heartbeatTimeoutMs: 30_000 };
    expect(policies.submitOptions(patient, now).heartbeatTimeout).toBe(30_000);
  });

  test('has time for its POST and for the claims before it', () => {
    const time = policies.submitOptions({ ...policy, submitTimeoutMs: 300_000 }, now).startToCloseTimeout;
    expect(time).toBeGreaterThanOrEqual(300_000 + 60_000);
  });

  test('has no more attempts than its deadline permits, and no fewer', () => {
    const { retry, scheduleToCloseTimeout } = policies.submitOptions(policy, now);
    expect(retry).not.toHaveProperty('maximumAttempts');
    expect(scheduleToCloseTimeout).toBe(48 * 3_600_000);
    expect(policies.submitOptions(late, now).scheduleToCloseTimeout).toBe(1_000);
  });
});

describe('a wait', () => {
  const options = policies.awaitOptions(policy, 'reels-await', now);

  test('is bounded by time alone: every deploy costs an attempt', () => {
    expect(options.retry).not.toHaveProperty('maximumAttempts');
    expect(options.startToCloseTimeout).toBe(options.scheduleToCloseTimeout);
  });

  test('outlasts the deadline by a little, so that the activity itself ends there', () => {
    expect(Number(options.scheduleToCloseTimeout) - 48 * 3_600_000).toBeGreaterThanOrEqual(30_000);
  });

  test('has a queue of its own, and is left only when its worker has let go of the task', () => {
    expect(options).toMatchObject({
      taskQueue: 'reels-await',
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      heartbeatTimeout: 3_000,
    });
  });
});

describe('generations', () => {
  test('are one and REGENERATE_LIMIT more, at a steady distance', () => {
    expect(policies.regeneratePolicy(policy)).toEqual({
      maximumAttempts: 4,
      initialInterval: 30_000,
      backoffCoefficient: 1,
    });
  });

  test.each([
    ['regenerate', 30_000],
    ['wait', 300_000],
    ['retry-call', undefined],
    ['change-settings', undefined],
    ['give-up', undefined],
    ['a verdict of a later version', undefined],
  ])('after a verdict of %s the next one comes in %j ms', (verdict, delay) => {
    expect(policies.regenerateDelay(policy, verdict)).toBe(delay);
  });

  test.each([
    ['regenerate', true],
    ['wait', true],
    ['change-settings', true],
    ['retry-call', false],
    ['give-up', false],
    ['a verdict of a later version', false],
  ])('after a verdict of %s other settings may be tried: %j', (verdict, may) => {
    expect(policies.mayChangeSettings(verdict)).toBe(may);
  });
});

test('during an incident the status page is looked at every five minutes, over six hours', () => {
  expect(policies.statusPollMs(policy)).toBe(300_000);
  expect(policies.statusPollMs({ ...policy, outagePatienceMs: 86_400_000 })).toBe(300_000);
  expect(policies.statusPollMs({ ...policy, outagePatienceMs: 0 })).toBeGreaterThan(0);
});
