import { ApplicationFailureCategory } from '@temporalio/common';
import { failure, failureEnvelope, failureType } from './failure';
import { CATALOG, entryOf } from '../runway/failures/error-catalog';
import type { CatalogEntry } from '../contract/schemas/failure';

const entries: readonly CatalogEntry[] = CATALOG;

test('the types that Temporal shows are unique, dotted and PascalCase', () => {
  const types = entries.map(({ code }) => failureType(code));
  expect(new Set(types).size).toBe(types.length);
  for (const type of types) expect(type).toMatch(/^(?:Runway|Reel)\.(?:[A-Z][a-z0-9]*)+$/);
  expect(failureType('payment_required')).toBe('Runway.PaymentRequired');
  expect(failureType('invalid_request')).toBe('Reel.InvalidRequest');
});

test('only the verdict retry-call lets Temporal try again', () => {
  for (const { code, verdict } of CATALOG) {
    expect([code, failure(code).nonRetryable]).toEqual([code, verdict !== 'retry-call']);
  }
});

test('a failure carries its whole envelope, and says what people read', () => {
  const failed = failure('bad_request', { words: 'promptText is too long', httpStatus: 400 });
  expect(failed).toMatchObject({
    type: 'Runway.BadRequest',
    details: [{ schemaVersion: 1, code: 'bad_request', httpStatus: 400, chargedCredits: 0 }],
  });
  expect(failed.message).toContain('promptText is too long. Nothing was charged.');
});

test('advice on when to come back, and what is expected, reach Temporal', () => {
  const cause = new Error('cause');
  const failed = failure('rate_limited', {}, { nextRetryDelayMs: 7_000, benign: true, cause });
  expect(failed).toMatchObject({
    nextRetryDelay: 7_000,
    category: ApplicationFailureCategory.BENIGN,
    cause,
  });
  const plain = failure('rate_limited');
  expect(plain.nextRetryDelay).toBeUndefined();
  expect(plain.category).not.toBe(ApplicationFailureCategory.BENIGN);
});

test.each([
  [{ chargedCredits: 0 }, 'Nothing was charged.'],
  [{ chargedCredits: 80 }, 'Charged: $0.80 (80 credits).'],
  [{ uncertainCredits: 80 }, 'May have been charged: up to $0.80 (80 credits).'],
  [{ chargedCredits: 80, uncertainCredits: 120 }, 'Charged: $0.80 (80 credits).'],
  [{}, 'What was charged is not known.'],
])('with %j the message says: %s', (evidence, text) => {
  expect(failureEnvelope(entryOf('internal_error'), evidence).message).toContain(text);
});

test('a message reads: what happened, what was charged, the cure', () => {
  const entry = entryOf('insufficient_credits');
  const { message } = failureEnvelope(entry, { words: 'You do not have enough credits...  ' });
  expect(message).toBe(
    `Your Runway API credits are used up: You do not have enough credits. Nothing was charged. ${entry.advice[0]}`,
  );
});

test('a refusal is known to cost nothing, a failed generation only by what Runway says', () => {
  expect(failureEnvelope(entryOf('bad_request')).chargedCredits).toBe(0);
  expect(failureEnvelope(entryOf('internal_error'))).not.toHaveProperty('chargedCredits');
  expect(failureEnvelope(entryOf('internal_error'), { chargedCredits: 80 }).chargedCredits).toBe(80);
});

test.each(CATALOG.map((entry: CatalogEntry) => [entry.code, entry] as const))(
  'the envelope of %s is JSON, whole and without holes',
  (code, entry) => {
    const evidence = { words: 'w', httpStatus: 400, requestId: undefined, operationId: 'o' };
    const envelope = failureEnvelope(entry, evidence);
    expect(JSON.parse(JSON.stringify(envelope))).toStrictEqual(envelope);
    expect(envelope).toMatchObject({
      schemaVersion: 1,
      code,
      verdict: entry.verdict,
      category: entry.category,
      advice: entry.advice,
      httpStatus: 400,
      operationId: 'o',
    });
    expect(envelope).not.toHaveProperty('requestId');
    expect(envelope).not.toHaveProperty('words');
  },
);
