import type { ServiceFinding } from '../../contract/schemas/findings';
import type { Organization } from './organization';
import type { RunwayUsage } from './organization-usage';
import type { Runway } from '../runway';

/** What the service sees of the account and of Runway's status page, for a person. Parts that Runway does not tell are missing. */
export interface AccountView {
  readonly at: string;
  readonly account?: Partial<Organization> & {
    /** Set when Runway refused to show the account: the HTTP status. */
    readonly refused?: number;
  };
  readonly service?: ServiceFinding;
}

export interface AccountReader {
  /** Looks at both within 5 s. Never fails. */
  readAccount(): Promise<AccountView>;
  /** Runway's own figures since a UTC day (`2026-11-01`, at most 90 days ago); undefined when it does not tell. */
  readUsage(since: string): Promise<RunwayUsage | undefined>;
}

export function createAccountReader({
  runway,
  statusUrl,
}: {
  readonly runway: Pick<Runway, 'readOrganization' | 'readStatusPage' | 'readUsage'>;
  readonly statusUrl: string;
}): AccountReader {
  return {
    async readAccount() {
      const [read, page] = await Promise.all([runway.readOrganization(), runway.readStatusPage(statusUrl)]);
      return {
        at: new Date().toISOString(),
        ...(read.kind === 'organization' && { account: read.organization }),
        ...(read.kind === 'refused' && { account: { refused: read.httpStatus } }),
        ...(page.kind === 'service' && { service: page.service }),
      };
    },
    readUsage: (since) => runway.readUsage(since),
  };
}
