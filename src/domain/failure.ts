import type { AccountFinding, ServiceFinding } from '../contract/schemas/findings';
import type { FailureCategory, ReelFailure, Verdict } from '../contract/schemas/failure';

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

/** What the service found when it looked at the account and at Runway's status page. Either part may be missing. */
export interface Diagnosis {
  readonly at: string;
  readonly account?: AccountFinding;
  readonly service?: ServiceFinding;
}
