import { ApplicationFailureCategory } from '@temporalio/common';
import { CATALOG } from '../runway/failures/error-catalog';
import type { CatalogEntry } from '../contract/schemas/failure';
import { failure, failureType } from './fail';

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
