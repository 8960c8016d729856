import { Webhook } from 'standardwebhooks';
import { isTerminal, type Reel } from '../../src/domain/reel';
import type { Delivery } from './receiver';
import { SECRETS } from './secrets';

/** A run that was terminated in Temporal can tell nothing any more (docs/webhooks.md). */
export function tellsItsEnd({ status, failure }: Reel): boolean {
  return isTerminal(status) && failure?.code !== 'stopped_by_operator';
}

/** What is wrong with the webhooks of one reel that has ended, or that waits. */
export function webhookFaults(reel: Reel, deliveries: readonly Delivery[]): string[] {
  const faults: string[] = [];
  const types = new Map<string, string>();
  const order: string[] = [];
  for (const { headers, body } of deliveries) {
    const id = String(headers['webhook-id']);
    try {
      new Webhook(SECRETS.webhook).verify(body, headers as Record<string, string>);
    } catch (error) {
      faults.push(`a webhook of ${reel.id} has no valid signature: ${String(error)}`);
    }
    const { type } = JSON.parse(body) as { type: string };
    if (types.has(id) && types.get(id) !== type) faults.push(`webhook ${id} stands for two events`);
    if (!types.has(id)) order.push(type);
    types.set(id, type);
  }
  const ends = order.filter((type) => type !== 'reel.needs_decision');
  if (isTerminal(reel.status)) {
    const right = `reel.${reel.status}`;
    const taken = deliveries.some(
      ({ body, status = 0 }) => body.includes(`"${right}"`) && status >= 200 && status < 300,
    );
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
