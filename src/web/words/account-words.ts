/** What was found at Runway, in words. */
import type { AccountFinding, ServiceFinding } from '../../contract/schemas/findings';
import { formatCredits } from '../../contract/money';

const SERVICE_WORDS: Readonly<Record<string, string>> = {
  operational: 'works',
  degraded_performance: 'is slow',
  partial_outage: 'works in part only',
  major_outage: 'is down',
  under_maintenance: 'is being worked on',
};

export function serviceWords({ status, incident }: ServiceFinding): string {
  const state = `Runway’s API ${SERVICE_WORDS[status] ?? `is in state ${status}`}`;
  return incident ? `${state}: ${incident.name}` : state;
}

export function isWell({ status, incident }: ServiceFinding): boolean {
  return status === 'operational' && !incident;
}

export function accountWords(account: AccountFinding): string[] {
  const { creditBalance, dailyGenerations, maxDailyGenerations, refused } = account;
  return [
    ...(refused === undefined ? [] : [`Runway refused to show the account (HTTP ${refused})`]),
    ...(creditBalance === undefined ? [] : [`API credits left: ${formatCredits(creditBalance)}`]),
    ...(dailyGenerations === undefined
      ? []
      : [
          maxDailyGenerations === undefined
            ? `Videos in the last 24 hours: ${dailyGenerations}`
            : `Videos in the last 24 hours: ${dailyGenerations} of ${maxDailyGenerations}`,
        ]),
  ];
}
