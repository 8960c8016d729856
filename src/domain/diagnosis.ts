import type { AccountFinding, ServiceFinding } from '../contract/schemas/findings';

/** What the service found when it looked at the account and at Runway's status page. Either part may be missing. */
export interface Diagnosis {
  readonly at: string;
  readonly account?: AccountFinding;
  readonly service?: ServiceFinding;
}
