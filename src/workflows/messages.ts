/** Messages that a run understands, for whoever sends them. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decision, Resolution } from '../contract/schemas/reel';
import { TELL, type WebhookEvent } from '../domain/webhook';

/**
 * Settles a reel that needs a decision. Sent with the update ID of `resolveUpdateId`, so that the same decision sent
 * twice counts once. Rejected when there is nothing to decide, the task to adopt does not exist, or `maxCredits` or the
 * deadline permits no other generation.
 */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it has no result
export const resolveReel = defineUpdate<void, [Resolution]>('resolve');

export function resolveUpdateId(
  { about, generation, since }: Pick<Decision, 'about' | 'generation' | 'since'>,
  { action, runwayTaskId = '' }: Resolution,
): string {
  const id = `resolve-${generation}-${action}-${runwayTaskId}`;
  // The video of one generation may need a decision again after each fetch in vain.
  return about === 'output' ? `${id}-${since}` : id;
}

/** Brings an event to the workflow that delivers webhooks. */
export const tellWebhook = defineSignal<[WebhookEvent]>(TELL);

/** A redelivery: sent at once, even if the event was sent before or its receiver answered 410. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it has no result
export const redeliverWebhook = defineUpdate<void, [WebhookEvent]>('redeliver');
