import type { AccountFinding, ServiceFinding } from '../../contract/schemas/findings';
import { formatCredits } from '../../contract/money';

type Balance = Pick<AccountFinding, 'creditBalance' | 'refused'>;

/** How many credits are left, or why that is not known. */
export function creditsLeft(account: Balance | undefined): string {
  if (account?.refused !== undefined) {
    return `not shown: Runway answered ${account.refused} (durable-reels explain ${account.refused})`;
  }
  return account?.creditBalance === undefined ? 'Runway did not tell' : formatCredits(account.creditBalance);
}

/** What the status page said about Runway's API. */
export function serviceState(service: ServiceFinding | undefined): string {
  if (!service) return 'the status page did not tell';
  const { incident, status } = service;
  const words = status.replaceAll('_', ' ');
  return incident ? [`${words}: ${incident.name}`, incident.url].filter(Boolean).join(' · ') : words;
}
