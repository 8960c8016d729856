/**
 * Delivers the webhooks of one reel, in order, at least once. A workflow of its own: a receiver that is down for days
 * holds no reel, and its history is the record of every try. It ends when nothing is left to send, and the next
 * event starts it again.
 */
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import {
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { webhooksQueueOf } from '../../domain/task-queues';
import type { Delivery, WebhookEvent, WebhookReceiver, WebhookTry } from '../../domain/webhook';
import { redeliverWebhook, tellWebhook } from '../messages';
import { POST } from '../policies';
import { type ShownWebhooks, QueueContext } from './queue-context';
import { type QueuedWebhooks, WebhookQueue } from './webhook-queue';
import { webhookDelay } from './webhook-schedule';

const activities = proxyActivities<Activities>(POST);

/** How long a run waits that was started for a redelivery whose message never came. */
const NOTHING_CAME_MS = 60_000;

/**
 * A schedule has ten tries, but whoever asks for a redelivery again and again adds one each time: after so many the
 * next run goes on, so that no history grows without end.
 */
const TRIES_OF_A_RUN = 100;
/** The most deliveries in the result of a run: the last ones. */
const NAMED = 50;

export interface DeliveredWebhooks {
  readonly deliveries: readonly Delivery[];
}

/** Where a run was when the next one took over: before another try of the first event. */
export interface DeliveryUnderWay {
  readonly queue: QueuedWebhooks;
  /** What Temporal's UI shows; the name is in histories. */
  readonly board: ShownWebhooks;
  readonly deliveries: readonly Delivery[];
  /** Tries of the event so far, and those since its schedule began. */
  readonly tries: number;
  readonly step: number;
}

/**
 * Closes *Failed* (`webhook_undelivered`) when an event was given up, *Continued as new* when its history grew long.
 *
 * @param before what the run before this one has left.
 */
export async function deliverWebhooks(
  receiver: WebhookReceiver,
  before?: DeliveryUnderWay,
): Promise<DeliveredWebhooks> {
  const queue = new WebhookQueue(before?.queue);
  const context = new QueueContext(before?.board);
  const deliveries: Delivery[] = [...(before?.deliveries ?? [])];
  setHandler(tellWebhook, (event) => queue.add(event));
  setHandler(redeliverWebhook, (event) => queue.addAgain(event), {
    description: 'Sends an event at once, also when it was sent before.',
  });

  let left = TRIES_OF_A_RUN;
  /** Called while all messages so far are in the queue; the server hands later ones to the next run. */
  const mayTry = async (tries: number, step: number): Promise<void> => {
    left -= 1;
    if (left >= 0 && !workflowInfo().continueAsNewSuggested) return;
    const state = { queue: queue.carried(), board: context.carried(), deliveries, tries, step };
    await continueAsNew<typeof deliverWebhooks>(receiver, state);
  };

  await condition(() => queue.next !== undefined, NOTHING_CAME_MS, { summary: 'until an event comes' });
  let { tries, step } = before ?? BEGINNING;
  for (let event = queue.next; event; event = queue.next) {
    const delivery = await deliver({ receiver, event, queue, context, mayTry, tries, step });
    ({ tries, step } = BEGINNING);
    // A receiver that answered 410 wants nothing more, waiting events included.
    if (delivery.outcome === 'gone') queue.clear();
    else queue.remove(event);
    deliveries.push(delivery);
    if (deliveries.length > NAMED) deliveries.shift();
    context.ended(delivery);
  }
  const last = deliveries.at(-1);
  if (last?.outcome === 'given_up') {
    const message = `${last.type} was not delivered in ${last.tries} tries. At last: ${last.words}.`;
    throw ApplicationFailure.nonRetryable(message, 'webhook_undelivered', { deliveries });
  }
  return { deliveries };
}

const BEGINNING = { tries: 0, step: 0 };

interface Delivering {
  readonly receiver: WebhookReceiver;
  readonly event: WebhookEvent;
  readonly queue: WebhookQueue;
  readonly context: QueueContext;
  /** Continues as new where the run has made its share of tries. */
  readonly mayTry: (tries: number, step: number) => Promise<void>;
  readonly tries: number;
  readonly step: number;
}

/** One event, try after try on durable timers, until it is delivered or pointless or the schedule has ended. */
async function deliver({
  receiver,
  event,
  queue,
  context,
  mayTry,
  ...before
}: Delivering): Promise<Delivery> {
  const { id, body } = event;
  let { tries, step } = before;
  for (;;) {
    await mayTry(tries, step);
    queue.begin(event);
    tries += 1;
    step += 1;
    const result = await send(receiver, event, tries);
    context.tried(event, tries, result);
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
      context.waiting(delay);
      await condition(disturbed, delay, { summary: `before try ${tries + 1} of ${body.type}` });
    }
    if (!queue.has(event)) return ended('overtaken');
    if (queue.isAskedAgain(event)) step = 0;
  }
}

/** @returns a failed try also where the worker died: whether the receiver got it is not known then. */
async function send(receiver: WebhookReceiver, event: WebhookEvent, tries: number): Promise<WebhookTry> {
  try {
    return await activities.sendWebhook.executeWithOptions(
      {
        ...POST,
        taskQueue: webhooksQueueOf(workflowInfo().taskQueue),
        summary: `${event.body.type}, try ${tries}, to ${hostOf(receiver.url)}`,
      },
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
