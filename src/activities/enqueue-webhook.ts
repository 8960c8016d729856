import { activityInfo, getClient, log } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { toldOf, webhookEvent } from '../domain/webhook';
import {
  DELIVER_WEBHOOKS,
  deliveryStart,
  type EnqueueWebhookArgs,
  MEMO_STOPPED,
  TELL,
} from '../domain/webhook-delivery';
import type { ReelState } from '../domain/reel-state';
import type { Storage } from '../storage/storage';
import type { ActivityDeps } from './deps';

/**
 * Hands the latest that there is to tell of a reel to the workflow that delivers its webhooks, and starts that where
 * it does not run. Not for a receiver that has answered 410.
 */
export function enqueueWebhook({ publicUrl, storage }: Pick<ActivityDeps, 'publicUrl' | 'storage'>) {
  return async ({ head, state }: EnqueueWebhookArgs): Promise<void> => {
    const event = webhookEvent(toldOf(head, state), publicUrl);
    if (!event || (await isMade(storage, head.id, state))) return;
    const { workflow } = getClient();
    const start = deliveryStart(head);
    const earlier = await workflow
      .getHandle(start.workflowId)
      .describe()
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
    if (earlier?.memo?.[MEMO_STOPPED]) {
      log.warn('no webhook: its receiver has answered 410', { reelId: head.id, event: event.id });
      return;
    }
    await workflow.signalWithStart(DELIVER_WEBHOOKS, {
      ...start,
      taskQueue: activityInfo().taskQueue,
      signal: TELL,
      signalArgs: [event],
    });
  };
}

/** A repeat of the run of a reel that is made ends or asks otherwise: the reel stays made, and nobody is told of it. */
async function isMade(
  storage: Pick<Storage, 'readRecord'>,
  reelId: string,
  { status }: ReelState,
): Promise<boolean> {
  if (status === 'succeeded') return false;
  // A record that cannot be read holds no webhook up: that nothing is told would be the worse mistake.
  const record = await storage.readRecord(reelId).catch(() => undefined);
  return record?.state.status === 'succeeded';
}
