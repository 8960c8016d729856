import { isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { NOTIFY } from '../policies';
import type { ReelContext } from '../reel/reel-context';

const activities = proxyActivities<Activities>(NOTIFY);

/**
 * Hands the state of the reel to the workflow that delivers webhooks, where the request names a receiver. It holds the
 * reel for minutes at most, and never fails it.
 */
export async function notify({ head, state }: ReelContext): Promise<void> {
  if (head.request.webhookUrl === undefined) return;
  try {
    await activities.enqueueWebhook.executeWithOptions({ ...NOTIFY, summary: `webhook: ${state.status}` }, [
      { head, state },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error('the webhook could not be handed over', { reelId: head.id, error });
  }
}
