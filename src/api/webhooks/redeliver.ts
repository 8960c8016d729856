import { WithStartWorkflowOperation } from '@temporalio/client';
import { DELIVER_WEBHOOKS, deliveryStart, type WebhookEvent, webhookEvent } from '../../domain/webhook';
import { NO_WEBHOOKS, webhookProblem } from '../../webhooks/receiver';
import { redeliverWebhook as redeliver } from '../../workflows/messages';
import type { ApiSettings } from '../deps';
import { json } from '../http/answer';
import { type MakeProblem, NO_FIELDS, route } from '../http/route';
import { reel } from '../../contract/schemas/reel';
import { REEL_PARAMS, REEL_PROBLEMS } from '../reels/view/reel-finder';
import type { ReelView } from '../reels/view/reel-view';
import { withinWorkerTime } from '../temporal/worker-time';

const NOT_TAKEN = {
  title: 'No worker took the webhook',
  detail:
    'Start a worker: it may send the webhook by itself then. To ask again is safe: its ID stays the same.',
  unreachable:
    'Temporal does not answer: whether the webhook will be sent is not known. It is safe to ask again.',
};

/** Sends the latest webhook of a reel again; also one that was never sent, because its run was stopped. */
export const redeliverWebhook = route({
  method: 'POST',
  path: '/v1/reels/{id}/webhook/redeliver',
  id: 'redeliverWebhook',
  tag: 'Reels',
  summary: 'Send the latest webhook again',
  text: 'Also one that was never sent. Its `webhook-id` stays the same.',
  access: 'key',
  isMessage: true,
  params: REEL_PARAMS,
  body: NO_FIELDS,
  answers: { 202: json('It will be sent.', reel, undefined, ['Location']) },
  problems: ['invalid_request', ...REEL_PROBLEMS, 'no_webhook', 'temporal_unreachable', 'worker_unreachable'],
  async handler({ res, params: { id }, client, body, problem }, context) {
    body();
    const { client: temporal, finder, toPublicReel, storage, taskQueues, logger } = context;
    const view = await finder.get(id, client);
    const event = eventOf(view, context.settings, problem);
    // Only a noted event is signed; an end is also proven by the record.
    await storage.keepEvent(view.id, event).catch((error: unknown) => {
      logger.warn({ reelId: view.id, err: error }, 'the webhook could not be noted');
    });
    const start = { ...deliveryStart(view), taskQueue: taskQueues.reels };
    await withinWorkerTime(temporal, NOT_TAKEN, () =>
      temporal.workflow.startUpdateWithStart(redeliver, {
        args: [event],
        waitForStage: 'ACCEPTED',
        startWorkflowOperation: new WithStartWorkflowOperation(DELIVER_WEBHOOKS, start),
      }),
    );
    const shown = await toPublicReel(view);
    res.status(202).location(shown.links.self).json(shown);
  },
});

function eventOf(view: ReelView, settings: ApiSettings, problem: MakeProblem<'no_webhook'>): WebhookEvent {
  const { webhookUrl } = view.request;
  if (webhookUrl === undefined) throw problem('no_webhook', 'The reel was ordered without a webhookUrl.');
  const wrong = webhookProblem(webhookUrl, view.client, settings.webhooks ?? NO_WEBHOOKS);
  if (wrong !== undefined) throw problem('no_webhook', wrong);
  const event = webhookEvent(view, settings.publicUrl);
  if (!event) {
    throw problem('no_webhook', `The reel is ${view.status}: a webhook comes when it ends or asks.`);
  }
  return event;
}
