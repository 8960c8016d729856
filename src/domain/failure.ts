/** How a failure travels from an activity through the workflow to the reel. The workflow knows no catalog: it obeys what history holds. */
import type { AccountFinding, ServiceFinding } from '../contract/schemas/findings';
import type { FailureCategory, ReelFailure, Verdict } from '../contract/schemas/failure';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';

/**
 * What an activity writes into the `details` of its ApplicationFailure. The workflow and the API read only
 * this: a catalog that is edited later cannot change what history recorded.
 */
export interface FailureEnvelope {
  readonly schemaVersion: 1;
  /** Our snake_case code, as in the catalog and on the reel. */
  readonly code: string;
  readonly verdict: Verdict;
  readonly category: FailureCategory;
  readonly title: string;
  /** What happened, what was charged, the cure: one text for people. */
  readonly message: string;
  /** What a reel waits for before the next attempt, where that says more than the title. */
  readonly waitingFor?: string;
  readonly advice: readonly string[];
  readonly httpStatus?: number;
  /** Runway's ID of the HTTP request (`apigw-requestid`), for its support. */
  readonly requestId?: string;
  readonly runwayFailureCode?: string;
  /** Runway's own words, cut to a bounded length. */
  readonly runwayFailure?: string;
  /** The Runway task ID, which Runway's support calls Operation ID. */
  readonly operationId?: string;
  /** Credits that Runway says it charged for the generation; absent when it could not be read. */
  readonly chargedCredits?: number;
}

/** What a reel shows of the envelope that ended it. The verdict and Runway's raw words stay inside. */
export function reelFailure(envelope: FailureEnvelope): ReelFailure {
  const { code, title, message, advice, category, operationId, runwayFailureCode, httpStatus, requestId } =
    envelope;
  return {
    code,
    title,
    message,
    advice,
    category,
    ...(operationId !== undefined && { operationId }),
    ...(runwayFailureCode !== undefined && { runwayFailureCode }),
    ...(httpStatus !== undefined && { httpStatus }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** What the account and Runway's status page showed after a failure. Either part may be missing. */
export interface Diagnosis {
  readonly at: string;
  readonly account?: AccountFinding;
  readonly service?: ServiceFinding;
}

/** A failure that the workflow itself came to. */
export class NamedFailure extends Error {
  override readonly name = 'NamedFailure';
  constructor(readonly envelope: FailureEnvelope) {
    super(envelope.message);
  }
}

/** The envelope of a failure; undefined for one that is not of the catalog. */
export function envelopeOf(error: unknown): FailureEnvelope | undefined {
  if (error instanceof NamedFailure) return error.envelope;
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (!(at instanceof ApplicationFailure)) continue;
    const envelope = at.details?.[0] as FailureEnvelope | undefined;
    if (envelope?.schemaVersion === 1) return envelope;
  }
  return undefined;
}

/** Whether an activity ended without a word: its worker died, was frozen, or lost Temporal. */
export function endedSilently(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure;
}

/** The failure with which a run closes: the catalog's code is its type. */
export function runFailure(envelope: FailureEnvelope): ApplicationFailure {
  return ApplicationFailure.create({
    type: envelope.code,
    message: envelope.message,
    nonRetryable: true,
    details: [envelope],
  });
}

/**
 * A call that could have gone well later, had there been time: the reel ends by `end`, and the last failure says what
 * it waited for. Its own advice ("it goes on by itself") would be wrong now.
 */
export function outOfTime(last: FailureEnvelope, end: FailureEnvelope): FailureEnvelope {
  if (last.verdict !== 'retry-call') return last;
  const { code, title, category, verdict, advice } = end;
  const happened = last.message.replace(last.advice[0] ?? '', advice[0] ?? '');
  return { ...last, code, title, category, verdict, advice, message: `${title}. At last: ${happened}` };
}

/**
 * For a failure that is none of the catalog's: a bug, or a time-out of an activity that has no other name. What it
 * says is for the operator, who finds it in the history, and not for callers: it may hold anything.
 */
export function nameless(error: unknown): FailureEnvelope {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const kind = cause instanceof ApplicationFailure ? cause.type : cause instanceof Error ? cause.name : null;
  return {
    schemaVersion: 1,
    code: 'unknown_error',
    verdict: 'give-up',
    category: 'unknown',
    title: 'Something failed that has no name yet',
    message: `Something failed that has no name yet${kind ? ` (${kind})` : ''}. What was charged is not known. Look at the run in the Temporal UI.`,
    advice: ['Look at the run in the Temporal UI.', 'Tell the makers of this service about it.'],
  };
}
