import { createHash } from 'node:crypto';
import { base32, makeHead } from '../../src/domain/reel';
import type { WebhookEvent } from '../../src/domain/webhook';
import type { WebhookType } from '../../src/contract/schemas/webhook';
import type { Storage } from '../../src/storage/storage';

export interface ToldReel {
  readonly id: string;
  /** What its receiver is told, by the type of the event. */
  event(type: WebhookType): WebhookEvent;
}

/**
 * Has storage know of a reel that was ordered with a receiver, and of the events that it is told: others are sent by
 * nobody.
 */
export async function keepToldReel(
  storage: Storage,
  { name, client, url }: { readonly name: string; readonly client: string; readonly url: string },
  ...types: readonly WebhookType[]
): Promise<ToldReel> {
  const id = `sim-${base32(createHash('sha256').update(name).digest()).slice(0, 26)}`;
  const createdAt = new Date().toISOString();
  const event = (type: WebhookType) =>
    ({
      id: `msg_${id}_${type.slice('reel.'.length)}`,
      body: { type, timestamp: createdAt, data: { id, generations: [] } },
    }) as unknown as WebhookEvent;
  await storage.keepOrder(
    makeHead({
      id,
      client,
      bodyHash: '',
      createdAt,
      backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' },
      request: {
        promptText: name,
        model: 'veo3.1_fast',
        ratio: '720:1280',
        duration: 8,
        audio: 'none',
        webhookUrl: url,
      },
      estimatedCredits: 80,
    }),
  );
  for (const type of types) await storage.keepEvent(id, event(type));
  return { id, event };
}
