import type { Reel } from '../../src/contract/schemas/reel';
import { eventually } from '../stack/eventually';
import type { Stack } from './stack';

export interface Wish {
  readonly key: string;
  /** By what it is found in the vendor's books and among the webhooks. */
  readonly marker: string;
  /** One of the simulator's. */
  readonly scenario?: string | undefined;
  /** Fields beside the usual ones. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** As a careful client does it: the same key again until there is an answer. */
export async function placeOrder(
  stack: Stack,
  { key, marker, scenario, request }: Wish,
  onAnswer: (id: string) => Promise<void>,
): Promise<void> {
  const body = JSON.stringify({
    promptText: `A calm sea at dawn, ${marker}${scenario === undefined ? '' : ` #${scenario}`}`,
    webhookUrl: `${stack.receiver.url}/${marker}`,
    ...request,
  });
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  await eventually('an answer', async () => {
    const answer = await stack.request('/v1/reels', { method: 'POST', headers, body }).catch(() => undefined);
    if (!answer || answer.status >= 500 || answer.status === 429) {
      await answer?.text();
      return false;
    }
    const text = await answer.text();
    if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${text}`);
    await onAnswer((JSON.parse(text) as Reel).id);
    return true;
  });
}
