import type { AccountView } from '../../contract/schemas/account';
import type { RunwayUsage } from '../../contract/schemas/usage';
import type { Runway } from '../runway';

/** What Runway tells about the account. It never rejects, and takes 5 s at most: what did not come in time is missing. */
export interface AccountReader {
  /** Balance, limits and the status page. */
  readAccount(): Promise<AccountView>;
  /** Credits used each day since a UTC day (`2026-11-01`, at most 90 days ago), for the whole account. */
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
