import type { AccountView } from '../../contract/schemas/account';
import type { RunwayUsage } from '../../contract/schemas/usage';
import type { Runway } from '../runway';

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
