/**
 * Delivers the webhooks of one reel, in order, at least once. A workflow of its own: a receiver that is down for days
 * holds no reel, and its history is the record of every try. It ends when there is nothing more to tell, and the next
 * event starts it again.
 */
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { condition, isCancellation, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Delivery, WebhookReceiver, WebhookTry } from '../domain/webhook-delivery';
import type { WebhookEvent } from '../domain/webhook';
import { redeliverWebhook, tellWebhook } from './messages';
import { POST } from './policies';
import { WebhookBoard } from './webhook-board';
import { WebhookQueue } from './webhook-queue';
import { webhookDelay } from './webhook-schedule';

const activities = proxyActivities<Activities>(POST);

/** A run that was started for a redelivery whose message never came has nothing to do. */
const NOTHING_CAME_MS = 60_000;

export interface DeliveredWebhooks {
  readonly deliveries: readonly Delivery[];
}

/** Closes *Failed* (`webhook_undelivered`) when an event was given up. */
export async function deliverWebhooks(receiver: WebhookReceiver): Promise<DeliveredWebhooks> {
  const queue = new WebhookQueue();
  const board = new WebhookBoard();
  const deliveries: Delivery[] = [];
  setHandler(tellWebhook, (event) => queue.add(event));
  setHandler(redeliverWebhook, (event) => queue.addAgain(event), {
    description: 'Sends an event at once, also when it was sent before.',
  });

  await condition(() => queue.next !== undefined, NOTHING_CAME_MS, { summary: 'until an event comes' });
  for (let event = queue.next; event; event = queue.next) {
    const delivery = await deliver(receiver, event, queue, board);
    // A receiver that answered 410 wants nothing more, also not what waits behind.
    if (delivery.outcome === 'gone') queue.clear();
    else queue.remove(event);
    deliveries.push(delivery);
    board.ended(delivery);
  }
  const last = deliveries.at(-1);
  if (last?.outcome === 'given_up') {
    const message = `${last.type} was not delivered in ${last.tries} tries. At last: ${last.words}.`;
    throw ApplicationFailure.nonRetryable(message, 'webhook_undelivered', { deliveries });
  }
  return { deliveries };
}

/** One event, try after try on durable timers, until it is delivered or pointless or the schedule has ended. */
async function deliver(
  receiver: WebhookReceiver,
  event: WebhookEvent,
  queue: WebhookQueue,
  board: WebhookBoard,
): Promise<Delivery> {
  const { id, body } = event;
  let step = 0;
  for (let tries = 1; ; tries += 1) {
    queue.begin(event);
    step += 1;
    const result = await send(receiver, event, tries);
    board.tried(event, tries, result);
    const ended = (outcome: Delivery['outcome']): Delivery => ({
      id,
      type: body.type,
      outcome,
      tries,
      words: result.words,
    });
    if (result.outcome !== 'failed') return ended(result.outcome);

    const delay = webhookDelay(step, Math.random(), result.retryAfterMs);
    const disturbed = () => !queue.has(event) || queue.isAskedAgain(event);
    if (delay === undefined) {
      if (!disturbed()) return ended('given_up');
    } else {
      board.waiting(delay);
      await condition(disturbed, delay, { summary: `before try ${tries + 1} of ${body.type}` });
    }
    if (!queue.has(event)) return ended('overtaken');
    if (queue.isAskedAgain(event)) step = 0;
  }
}

/** @returns a failed try also for a worker that died over it: whether the receiver got it is not known then. */
async function send(receiver: WebhookReceiver, event: WebhookEvent, tries: number): Promise<WebhookTry> {
  try {
    return await activities.sendWebhook.executeWithOptions(
      { ...POST, summary: `${event.body.type}, try ${tries}, to ${hostOf(receiver.url)}` },
      [{ receiver, event }],
    );
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return { outcome: 'failed', words: 'no worker came to its end with it' };
  }
}

/** The sandbox has no URL; the rest may hold a secret of the receiver's. */
function hostOf(url: string): string {
  return /^https?:\/\/([^/?#\s]{1,100})/.exec(url)?.[1] ?? 'the receiver';
}
