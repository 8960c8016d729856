/** How an activity fails: what was seen and the catalog's entry make an envelope, and that an `ApplicationFailure`. */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { FailureEnvelope } from '../domain/failure';
import { type CatalogCode, entryOf } from '../runway/failures/error-catalog';
import { formatCredits } from '../contract/money';
import type { CatalogEntry } from '../contract/schemas/failure';

/** Failures that come from this service and not from Runway. */
const OWN_CODES: ReadonlySet<string> = new Set<CatalogCode>([
  'invalid_request',
  'reel_exists',
  'budget_exhausted',
  'daily_budget_reached',
  'deadline_exceeded',
  'storage_unavailable',
  'wrong_database',
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

/** What was seen of the failure; what of it the envelope has under the same name is described there. */
export interface FailureEvidence extends Pick<
  FailureEnvelope,
  | 'waitingFor'
  | 'httpStatus'
  | 'requestId'
  | 'runwayFailureCode'
  | 'runwayFailure'
  | 'operationId'
  | 'chargedCredits'
> {
  /** What happened, in Runway's words or ours. */
  readonly words?: string;
  /** The most it may have charged, where that cannot be read. */
  readonly uncertainCredits?: number;
}

/** A catalog entry and what was seen, as one failure: what happened, what was charged, the cure. */
export function failureEnvelope(entry: CatalogEntry, evidence: FailureEvidence = {}): FailureEnvelope {
  const { words, uncertainCredits: _uncertain, ...facts } = evidence;
  const happened = words ? `${entry.title}: ${words.replace(/[.\s]+$/, '')}.` : `${entry.title}.`;
  const chargedCredits = evidence.chargedCredits ?? (entry.charge === 'nothing' ? 0 : undefined);
  const message = [happened, chargeText(chargedCredits, evidence.uncertainCredits), entry.advice[0]]
    .filter(Boolean)
    .join(' ');
  return {
    schemaVersion: 1,
    code: entry.code,
    verdict: entry.verdict,
    category: entry.category,
    title: entry.title,
    message,
    advice: entry.advice,
    ...definedOnly({ ...facts, chargedCredits }),
  };
}

function chargeText(charged: number | undefined, uncertain: number | undefined): string {
  if (charged === 0) return 'Nothing was charged.';
  if (charged !== undefined) return `Charged: ${formatCredits(charged)}.`;
  if (uncertain) return `May have been charged: up to ${formatCredits(uncertain)}.`;
  return 'What was charged is not known.';
}

function definedOnly<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}
