import type { WebhookEvent } from '../../domain/webhook';
import type { WebhookType } from '../../contract/schemas/webhook';
import { type QueuedWebhooks, WebhookQueue } from './webhook-queue';

const event = (id: string, type: WebhookType) => ({ id, body: { type } }) as WebhookEvent;
const asks = event('1', 'reel.needs_decision');
const asksAgain = event('2', 'reel.needs_decision');
const failed = event('3', 'reel.failed');
const succeeded = event('4', 'reel.succeeded');

function queueOf(...events: WebhookEvent[]): WebhookQueue {
  const queue = new WebhookQueue();
  for (const one of events) queue.add(one);
  return queue;
}

function drained(queue: WebhookQueue): string[] {
  const ids: string[] = [];
  for (let next = queue.next; next; next = queue.next) {
    ids.push(next.id);
    queue.remove(next);
  }
  return ids;
}

test('keeps the order in which things happened', () => {
  expect(drained(queueOf(failed, succeeded))).toEqual(['3', '4']);
});

test('drops a question when the end, or another question, overtakes it', () => {
  expect(drained(queueOf(asks, failed))).toEqual(['3']);
  expect(drained(queueOf(asks, asksAgain))).toEqual(['2']);
  const queue = queueOf(asks, failed);
  expect([queue.has(asks), queue.has(failed)]).toEqual([false, true]);
});

test('takes the same event once', () => {
  expect(drained(queueOf(failed, failed))).toEqual(['3']);
});

test('remembers until the next try that an event was asked for again', () => {
  const queue = queueOf(failed);
  queue.addAgain(failed);
  expect(queue.isAskedAgain(failed)).toBe(true);
  queue.begin(failed);
  expect([queue.isAskedAgain(failed), drained(queue)]).toEqual([false, ['3']]);
});

test('forgets everything when nothing more is wanted', () => {
  const queue = queueOf(failed, succeeded);
  queue.clear();
  expect(queue.next).toBeUndefined();
});

test('goes on in another run as it was', () => {
  const queue = queueOf(failed, succeeded);
  queue.addAgain(succeeded);
  const next = new WebhookQueue(JSON.parse(JSON.stringify(queue.carried())) as QueuedWebhooks);
  expect([next.isAskedAgain(failed), next.isAskedAgain(succeeded), drained(next)]).toEqual([
    false,
    true,
    ['3', '4'],
  ]);
});
