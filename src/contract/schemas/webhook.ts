/** The JSON of a webhook: the reel as it was when something happened to it. */
import { z } from 'zod';
import { failure } from './failure';
import { generation, reel, storedVideo } from './reel';
import { request } from './request';
import { type Shape, time } from './values';

export const WEBHOOK_TYPES = [
  'reel.succeeded',
  'reel.failed',
  'reel.cancelled',
  'reel.needs_decision',
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

const data = reel
  .pick({
    id: true,
    status: true,
    simulated: true,
    createdAt: true,
    finishedAt: true,
    credits: true,
    warnings: true,
    decision: true,
    remakeOf: true,
  })
  .extend({
    title: request.shape.title,
    date: z.string().optional(),
    metadata: request.shape.metadata,
    generations: z.array(generation.pick({ number: true, model: true, status: true, runwayTaskId: true })),
    video: storedVideo.optional(),
    failure: failure
      .pick({
        code: true,
        title: true,
        message: true,
        advice: true,
        operationId: true,
        runwayFailureCode: true,
      })
      .optional(),
    links: z.strictObject({ self: z.url() }).optional().describe('Where `PUBLIC_URL` is set.'),
  });

export const webhookBody = z
  .strictObject({
    type: z.enum(WEBHOOK_TYPES),
    timestamp: time.describe('When it happened (UTC).'),
    data: data.meta({
      description: 'The reel as it was then, without links that expire: GET it for those.',
    }),
  })
  .meta({ id: 'Webhook' });
export type WebhookBody = Shape<typeof webhookBody>;
export type WebhookReel = WebhookBody['data'];
