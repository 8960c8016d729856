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
import type { ActivityDeps } from './deps';

/**
 * Hands the latest that there is to tell of a reel to the workflow that delivers its webhooks, and starts that where
 * it does not run. Not for a receiver that has answered 410.
 */
export function enqueueWebhook({ publicUrl }: Pick<ActivityDeps, 'publicUrl'>) {
  return async ({ head, state }: EnqueueWebhookArgs): Promise<void> => {
    const event = webhookEvent(toldOf(head, state), publicUrl);
    if (!event) return;
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
