import type { AccountFinding, ServiceFinding } from './diagnosis';

/** Who or what has to change for the reel to be made. */
export const CATEGORIES = ['service', 'account', 'model', 'input', 'safety', 'network', 'unknown'] as const;
export type FailureCategory = (typeof CATEGORIES)[number];

/** What to do about a failure. The catalog says it, an activity records it, the workflow obeys it. */
export const VERDICTS = ['retry-call', 'regenerate', 'change-settings', 'wait', 'give-up'] as const;
export type Verdict = (typeof VERDICTS)[number];

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

/** `failure` of a reel: the envelope of what ended it, in the shape of the HTTP contract. */
export interface ReelFailure {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly advice: readonly string[];
  readonly category?: FailureCategory;
  readonly operationId?: string;
  readonly runwayFailureCode?: string;
  readonly httpStatus?: number;
  readonly requestId?: string;
  /** What the service found when it looked at the account. */
  readonly account?: AccountFinding;
  /** What the service found on Runway's status page. */
  readonly service?: ServiceFinding;
}
