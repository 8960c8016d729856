import { activityInfo, getClient, log } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { isTerminal } from '../../contract/reel';
import {
  DELIVER_WEBHOOKS,
  deliveryStart,
  type EnqueueWebhookArgs,
  MEMO_STOPPED,
  TELL,
  snapshotOf,
  webhookEvent,
} from '../../domain/webhook';
import type { ReelState } from '../../domain/reel';
import type { Storage } from '../../storage/storage';
import type { ActivityDeps } from '../deps';
import { foreignHead } from '../accept/foreign-head';

/**
 * Hands the latest that there is to tell of a reel to the workflow that delivers its webhooks, and starts that where
 * it does not run. Not for a receiver that has answered 410.
 */
export function enqueueWebhook({ publicUrl, storage }: Pick<ActivityDeps, 'publicUrl' | 'storage'>) {
  return async (args: EnqueueWebhookArgs): Promise<void> => {
    const { head, state } = await reported(storage, args);
    const event = webhookEvent(snapshotOf(head, state), publicUrl);
    if (!event || (await isMade(storage, head.id, args.state))) return;
    // Only a noted event is signed; an end is also proven by the record.
    await storage.keepEvent(head.id, event).catch((error: unknown) => {
      log.warn('the webhook could not be noted', { reelId: head.id, event: event.id, error });
    });
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

/** The reel by what storage has of it: whose it is, and how it ended where it has. */
async function reported(
  storage: Pick<Storage, 'readRecord' | 'readOrder'>,
  { head, state }: EnqueueWebhookArgs,
): Promise<EnqueueWebhookArgs> {
  const record = await storage.readRecord(head.id).catch(() => undefined);
  const known = record?.head ?? (await storage.readOrder(head.id).catch(() => undefined));
  const ended = record && isTerminal(record.state.status) && isTerminal(state.status);
  return { head: known ?? foreignHead(head), state: ended ? record.state : state };
}

/** A repeated run of a finished reel may end otherwise, or need a decision: the reel stays made, and no webhook is sent. */
async function isMade(
  storage: Pick<Storage, 'readRecord'>,
  reelId: string,
  { status }: ReelState,
): Promise<boolean> {
  if (status === 'succeeded') return false;
  // A record that cannot be read stops no webhook: to send none would be the worse mistake.
  const record = await storage.readRecord(reelId).catch(() => undefined);
  return record?.state.status === 'succeeded';
}
