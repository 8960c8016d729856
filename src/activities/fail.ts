import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { FailureEnvelope } from '../domain/failure';
import { type CatalogCode, entryOf } from '../runway/failures/error-catalog';
import { failureEnvelope, type FailureEvidence } from '../runway/failures/failure-envelope';

/** Failures that come from this service and not from Runway. */
const OWN_CODES: ReadonlySet<string> = new Set<CatalogCode>([
  'invalid_request',
  'reel_exists',
  'budget_exhausted',
  'daily_budget_reached',
  'deadline_exceeded',
  'storage_unavailable',
  'unknown_error',
]);

/** `payment_required` → `Runway.PaymentRequired`: the stable type that Temporal shows. */
export function failureType(code: string): string {
  const pascal = code.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return `${OWN_CODES.has(code) ? 'Reel' : 'Runway'}.${pascal}`;
}

export interface FailOptions {
  /** Milliseconds until the next attempt, in place of the policy's own interval. */
  readonly nextRetryDelayMs?: number;
  readonly cause?: unknown;
  /** Its verdict permits another attempt, and there is no time for one. */
  readonly final?: boolean;
  /** Expected and handled (a rate limit): kept out of warnings and metrics. */
  readonly benign?: boolean;
}

/** The one way in which an activity fails. Only the verdict `retry-call` lets Temporal try again. */
export function failure(
  code: CatalogCode,
  evidence: FailureEvidence = {},
  options: FailOptions = {},
): ApplicationFailure {
  return failureFrom(failureEnvelope(entryOf(code), evidence), options);
}

export function failureFrom(envelope: FailureEnvelope, options: FailOptions = {}): ApplicationFailure {
  return ApplicationFailure.create({
    type: failureType(envelope.code),
    message: envelope.message,
    nonRetryable: envelope.verdict !== 'retry-call' || options.final === true,
    details: [envelope],
    ...(options.nextRetryDelayMs === undefined ? {} : { nextRetryDelay: options.nextRetryDelayMs }),
    ...(options.benign ? { category: ApplicationFailureCategory.BENIGN } : {}),
    ...(options.cause instanceof Error ? { cause: options.cause } : {}),
  });
}
