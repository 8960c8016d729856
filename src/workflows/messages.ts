/** Messages that a run understands, for whoever sends them. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decision, Resolution } from '../contract/schemas/reel';
import { TELL, type WebhookEvent } from '../domain/webhook';

/**
 * Settles a reel that needs a decision. Sent with the update ID of `resolveUpdateId`, so that the same decision sent
 * twice is one. Rejected when there is nothing to decide, the task to adopt does not exist, or maximum or deadline permit
 * no other generation.
 */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it has no result
export const resolveReel = defineUpdate<void, [Resolution]>('resolve');

export function resolveUpdateId(
  { about, generation, since }: Pick<Decision, 'about' | 'generation' | 'since'>,
  { action, runwayTaskId = '' }: Resolution,
): string {
  const id = `resolve-${generation}-${action}-${runwayTaskId}`;
  // The video of one generation may be asked about again after each time that it was fetched in vain.
  return about === 'output' ? `${id}-${since}` : id;
}

/** Brings an event to the workflow that delivers webhooks. */
export const tellWebhook = defineSignal<[WebhookEvent]>(TELL);

/** The same for a person who asks: it is sent at once, also when it was sent before, or its receiver had answered 410. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it has no result
export const redeliverWebhook = defineUpdate<void, [WebhookEvent]>('redeliver');
