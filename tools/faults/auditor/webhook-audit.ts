import { Webhook } from 'standardwebhooks';
import { isTerminal } from '../../../src/contract/reel';
import type { Reel } from '../../../src/contract/schemas/reel';
import type { Delivery } from '../../stack/webhook-receiver';
import { SECRETS } from './secrets';

/** A run that was terminated in Temporal can tell nothing any more (docs/webhooks.md). */
export function tellsItsEnd({ status, failure }: Reel): boolean {
  return isTerminal(status) && failure?.code !== 'stopped_by_operator';
}

/** One try of a webhook: what is left of a delivery when its signature has been checked. */
export interface Telling {
  readonly id: string;
  readonly type: string;
  /** What it was answered; absent while nothing was. */
  readonly status?: number;
}

export function tellingOf({ headers, body, status }: Delivery): Telling {
  const { type } = JSON.parse(body) as { type: string };
  return { id: String(headers['webhook-id']), type, ...(status !== undefined && { status }) };
}

/** Has to be asked soon after it came: a signature is valid for five minutes. @returns why it is not valid. */
export function signatureFault({ headers, body }: Delivery): string | undefined {
  try {
    new Webhook(SECRETS.webhook).verify(body, headers as Record<string, string>);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** What is wrong with the webhooks of one reel that has ended, or that waits. */
export function webhookFaults(reel: Reel, deliveries: readonly Delivery[]): string[] {
  const unsigned = deliveries.map(signatureFault).filter((fault) => fault !== undefined);
  return [
    ...unsigned.map((fault) => `a webhook of ${reel.id} has no valid signature: ${fault}`),
    ...tellingFaults(reel, deliveries.map(tellingOf)),
  ];
}

/** The same without the signatures. */
export function tellingFaults(reel: Reel, tellings: readonly Telling[]): string[] {
  const faults: string[] = [];
  const types = new Map<string, string>();
  const order: string[] = [];
  for (const { id, type } of tellings) {
    if (types.has(id) && types.get(id) !== type) faults.push(`webhook ${id} stands for two events`);
    if (!types.has(id)) order.push(type);
    types.set(id, type);
  }
  const ends = order.filter((type) => type !== 'reel.needs_decision');
  if (isTerminal(reel.status)) {
    const right = `reel.${reel.status}`;
    const taken = tellings.some(({ type, status = 0 }) => type === right && status >= 200 && status < 300);
    if (!taken && tellsItsEnd(reel)) faults.push(`${reel.id} is ${reel.status}, and no ${right} was taken`);
    if (ends.length > 1 || (ends.length === 1 && ends[0] !== right)) {
      faults.push(`${reel.id} is ${reel.status}, and was told as ${ends.join(', ')}`);
    }
    if (order.lastIndexOf('reel.needs_decision') > order.indexOf(right) && order.includes(right)) {
      faults.push(`${reel.id} was told to need a decision after its end`);
    }
  }
  return faults;
}
