import type { Diagnosed, DiagnoseArgs } from '../../domain/activity-args';
import type { AccountFinding } from '../../contract/schemas/findings';
import type { FailureEnvelope } from '../../domain/failure';
import { formatCredits } from '../../contract/money';
import { entryOf } from '../../runway/failures/error-catalog';
import { failureEnvelope } from '../failure';
import { accountFinding } from '../../runway/calls/organization';
import { isIncident } from '../../runway/calls/status-page';
import type { ActivityDeps } from '../deps';
import { requireOwnBackend } from '../guards/own-backend';

/**
 * Reads the account and the status page, each within 5 s, before more is spent. A part that cannot be read is missing from
 * the diagnosis and never fails a reel.
 *
 * @throws ApplicationFailure `Runway.WrongBackend`, retryable: the account of another backend says nothing.
 */
export function diagnose({ backend, runway, statusUrl }: ActivityDeps) {
  return async (args: DiagnoseArgs): Promise<Diagnosed> => {
    requireOwnBackend(backend, args.backend);
    const [read, page] = await Promise.all([runway.readOrganization(), runway.readStatusPage(statusUrl)]);
    const account = accountFinding(read, args.model);
    const service = page.kind === 'service' ? page.service : undefined;
    const failure = account && tooFewCredits(account, args.nextCredits);
    return {
      diagnosis: {
        at: new Date().toISOString(),
        ...(account && { account }),
        ...(service && { service }),
      },
      incident: service !== undefined && isIncident(service),
      ...(failure && { failure }),
    };
  };
}

function tooFewCredits({ creditBalance }: AccountFinding, nextCredits: number): FailureEnvelope | undefined {
  if (creditBalance === undefined || creditBalance >= nextCredits) return undefined;
  const words = `the balance is ${formatCredits(creditBalance)}, and the next generation may cost ${formatCredits(nextCredits)}`;
  return failureEnvelope(entryOf('insufficient_credits'), { words, chargedCredits: 0 });
}
