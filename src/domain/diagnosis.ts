/** What the service found when it looked at the account and at Runway's status page. Either part may be missing. */
export interface Diagnosis {
  readonly at: string;
  readonly account?: AccountFinding;
  readonly service?: ServiceFinding;
}

/** From `GET /v1/organization`. */
export interface AccountFinding {
  readonly creditBalance?: number;
  /** Generations of the model in the last 24 hours, and how many the tier allows. */
  readonly dailyGenerations?: number;
  readonly maxDailyGenerations?: number;
  readonly maxConcurrentGenerations?: number;
  /** Set when Runway refused to show the account: the HTTP status. */
  readonly refused?: number;
}

/** From the Statuspage, component "Public API". */
export interface ServiceFinding {
  /** Statuspage's word: `operational`, `degraded_performance`, `partial_outage`, `major_outage`, `under_maintenance`. */
  readonly status: string;
  readonly incident?: { readonly name: string; readonly url?: string; readonly startedAt?: string };
}

/** What is known about a create whose answer was lost. Evidence is shown; it never authorises a second submit by itself. */
export interface Evidence {
  readonly gatheredAt: string;
  readonly before?: Counters;
  readonly after?: Counters;
  /** Other submits of this service in that time, which move the same counters. */
  readonly otherSubmits: number;
  /** `exists`: the counters moved by more than our other submits explain. `unclear` otherwise: nobody knows how soon Runway counts. */
  readonly says: 'exists' | 'unclear';
}

export interface Counters {
  readonly creditBalance?: number;
  /** Of the model that was asked for. */
  readonly dailyGenerations?: number;
}
