import { WithStartWorkflowOperation } from '@temporalio/client';
import type { IRouter } from 'express';
import { z } from 'zod';
import { type WebhookEvent, webhookEvent } from '../../domain/webhook';
import { DELIVER_WEBHOOKS, deliveryStart } from '../../domain/webhook-delivery';
import { NO_WEBHOOKS, webhookProblem } from '../../webhooks/receiver';
import { redeliverWebhook } from '../../workflows/messages';
import { clientOf } from '../access/auth';
import type { ApiDeps } from '../deps';
import { optionalJsonBody } from '../http/json-body';
import { parseBody } from '../http/parse-body';
import { Problem } from '../http/problem';
import type { ReelView } from '../reels/view/reel-view';
import type { ReelTools } from '../reels/reels';
import { route } from '../http/route';
import { withinWorkerTime } from '../temporal/worker-time';

const noFields = z.strictObject({});

const NOT_TAKEN = {
  title: 'No worker took the webhook',
  detail:
    'Start a worker: it may send the webhook by itself then. To ask again is safe: its ID stays the same.',
  unreachable:
    'Temporal does not answer: whether the webhook will be sent is not known. It is safe to ask again.',
};

/** Sends the latest webhook of a reel again; also one that was never sent, because its run was stopped. */
export function addRedeliverRoute(router: IRouter, deps: ApiDeps, { finder, present }: ReelTools): void {
  const { client, taskQueues, settings, storage, logger } = deps;

  function eventOf(view: ReelView): WebhookEvent {
    const { webhookUrl } = view.request;
    if (webhookUrl === undefined) throw nothingToSend('The reel was ordered without a webhookUrl.');
    const problem = webhookProblem(webhookUrl, view.client, settings.webhooks ?? NO_WEBHOOKS);
    if (problem !== undefined) throw nothingToSend(problem);
    const event = webhookEvent(view, settings.publicUrl);
    if (!event) throw nothingToSend(`The reel is ${view.status}: a webhook comes when it ends or asks.`);
    return event;
  }

  route(router, '/v1/reels/:id/webhook/redeliver', {
    post: [
      optionalJsonBody,
      async (req, res) => {
        parseBody(noFields, req.body);
        const view = await finder.get(String(req.params['id']), clientOf(res));
        const event = eventOf(view);
        // Only what is noted is signed; an end can also be told by the record.
        await storage.keepEvent(view.id, event).catch((error: unknown) => {
          logger.warn({ reelId: view.id, err: error }, 'the webhook could not be noted');
        });
        const start = { ...deliveryStart(view), taskQueue: taskQueues.reels };
        await withinWorkerTime(client, NOT_TAKEN, () =>
          client.workflow.startUpdateWithStart(redeliverWebhook, {
            args: [event],
            waitForStage: 'ACCEPTED',
            startWorkflowOperation: new WithStartWorkflowOperation(DELIVER_WEBHOOKS, start),
          }),
        );
        const reel = await present(view);
        res.status(202).location(reel.links.self).json(reel);
      },
    ],
  });
}

function nothingToSend(detail: string): Problem {
  return new Problem('no_webhook', detail);
}
