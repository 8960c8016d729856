import { z } from 'zod';
import { listQuery } from '../../reels/list/list-query';
import { resolutionBody } from '../../reels/resolve-body';
import { BODIES, REELS } from '../../../contract/schemas/examples';
import { json, type Operation, type OperationKey } from '../operation';
import { newReel } from '../../../contract/schemas/request';
import { estimate } from '../schemas/estimate';
import { reel, reelEvent, reelPage } from '../../../contract/schemas/reel';
import { supportPacket } from '../schemas/support';
import { reelId } from '../../../contract/schemas/values';

const path = z.object({ id: reelId });

const REEL = ['reel_not_found', 'reel_deleted'] as const;

const prefer = z.string().optional().meta({
  description:
    '`wait=<seconds>`: the answer may come when the reel has ended or needs a decision, after at most 60 s.',
  example: 'wait=30',
});

const idempotencyKey = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/)
    .optional()
    .meta({
      description:
        'The same key with the same body always means the same reel. Send one, and the call can be repeated.',
      example: 'lantern-night',
    }),
});

/** What may be left out altogether; null reads as that, too. */
const noFields = {
  schema: z.strictObject({}).nullable(),
  examples: { empty: { value: {} } },
  optional: true,
};

export const reelOperations = {
  'POST /v1/reels': {
    id: 'createReel',
    tag: 'Reels',
    summary: 'Make a reel',
    text: 'Answers at once; the reel is made afterwards. GET it, or follow its events, to see how it stands.',
    access: 'key',
    headers: idempotencyKey.extend({ Prefer: prefer }),
    body: { schema: newReel, examples: BODIES },
    answers: {
      202: json('The reel was accepted.', reel, { queued: REELS.queued }, ['Location', 'Preference-Applied']),
      200: json('The reel that this `Idempotency-Key` made before.', reel, undefined, [
        'Location',
        'Preference-Applied',
      ]),
    },
    refuses: [
      'invalid_request',
      'bad_idempotency_key',
      'idempotency_key_reused',
      'reel_deleted',
      'daily_budget_reached',
      'too_many_reels',
      'temporal_unreachable',
    ],
  },
  'GET /v1/reels': {
    id: 'listReels',
    tag: 'Reels',
    summary: 'List reels',
    text: 'Unfinished ones first, then by their end, latest first.',
    access: 'key',
    query: listQuery.extend({
      limit: listQuery.shape.limit.meta({
        override: { type: 'integer', minimum: 1, maximum: 100, default: 20, pattern: undefined },
      }),
      cursor: listQuery.shape.cursor.meta({ description: '`nextCursor` of the answer before.' }),
      uncertain: listQuery.shape.uncertain.meta({
        description: 'Only reels that may have been charged more than is known.',
      }),
      runwayTaskId: listQuery.shape.runwayTaskId.meta({ description: 'The Operation ID.' }),
      q: listQuery.shape.q.meta({
        description: 'Words of the title, or of the beginning of the prompt: all of them.',
      }),
    }),
    answers: { 200: json('A page.', reelPage) },
    refuses: ['invalid_query', 'temporal_unreachable'],
  },
  'GET /v1/reels/{id}': {
    id: 'getReel',
    tag: 'Reels',
    summary: 'Read a reel',
    text: 'Works also while no worker runs.',
    access: 'key',
    path,
    headers: z.object({ Prefer: prefer }),
    answers: { 200: json('The reel.', reel, REELS, ['Preference-Applied']) },
    refuses: [...REEL, 'temporal_unreachable'],
  },
  'GET /v1/reels/{id}/events': {
    id: 'followReel',
    tag: 'Reels',
    summary: 'Follow a reel',
    text:
      'Server-sent events, for `EventSource`: an event `reel` with the whole reel as JSON in `data` for each change, ' +
      'until the reel has ended. Comments keep the connection open. A connection that breaks is taken up again with ' +
      '`Last-Event-ID`.',
    access: 'key',
    path,
    headers: z.object({
      'Last-Event-ID': z.string().optional().meta({ description: '`id` of the last event that was seen.' }),
    }),
    answers: {
      200: { text: 'The stream.', content: { 'text/event-stream': { schema: reelEvent } } },
      204: { text: 'The reel has ended, and `Last-Event-ID` is its end: nothing will come.' },
    },
    refuses: [...REEL, 'too_many_streams'],
  },
  'DELETE /v1/reels/{id}': {
    id: 'deleteReel',
    tag: 'Reels',
    summary: 'Delete an ended reel',
    text:
      "Its record, its file, its history, and Runway's own copy of the video. Its `Idempotency-Key` orders nothing any " +
      'more. May be repeated.',
    access: 'key',
    path,
    answers: { 204: { text: 'It is gone.' } },
    refuses: ['reel_not_found', 'reel_not_ended', 'temporal_unreachable'],
  },
  'POST /v1/reels/{id}/cancel': {
    id: 'cancelReel',
    tag: 'Reels',
    summary: 'Cancel a reel',
    text: 'Stops the reel and its task at Runway. May be repeated; an ended reel stays as it is.',
    access: 'key',
    path,
    answers: { 202: json('The reel. It is `cancelled` a moment later.', reel, undefined, ['Location']) },
    refuses: ['unsupported_media_type', ...REEL, 'temporal_unreachable'],
  },
  'POST /v1/reels/{id}/resolve': {
    id: 'resolveReel',
    tag: 'Reels',
    summary: 'Decide how a reel goes on',
    text:
      'For a reel that is `needs_decision`: the answer to a paid request was lost, or a finished video cannot be fetched. ' +
      'Look at `decision` of the reel first: it has the evidence, and what each choice may cost. The same decision sent twice is one.',
    access: 'key',
    path,
    body: {
      schema: resolutionBody,
      examples: {
        adopt: {
          summary: 'The task exists: take it',
          value: { action: 'adopt', runwayTaskId: '695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d' },
        },
        regenerate: { summary: 'Order the video once more', value: { action: 'regenerate' } },
        fetch: { summary: 'Fetch a finished video once more, for nothing', value: { action: 'fetch' } },
        abandon: { summary: 'Let the reel fail', value: { action: 'abandon' } },
      },
    },
    answers: { 202: json('The decision was taken.', reel, undefined, ['Location']) },
    refuses: [
      'invalid_request',
      ...REEL,
      'not_undecided',
      'action_refused',
      'regenerate_refused',
      'adopt_refused',
      'temporal_unreachable',
      'worker_unreachable',
      'runway_unreachable',
    ],
  },
  'POST /v1/reels/{id}/remake': {
    id: 'remakeReel',
    tag: 'Reels',
    summary: 'Make an ended reel again',
    text:
      'A new reel with the same request, checked by the rules of today. Both name each other. Where Runway still has a ' +
      'finished task of the earlier one, whose video was never stored, it is taken and not paid again: `warnings` says so.',
    access: 'key',
    path,
    headers: idempotencyKey,
    body: noFields,
    answers: {
      202: json('The new reel.', reel, undefined, ['Location']),
      200: json('The reel that this `Idempotency-Key` made before.', reel, undefined, ['Location']),
    },
    refuses: [
      'invalid_request',
      'bad_idempotency_key',
      ...REEL,
      'reel_not_ended',
      'image_missing',
      'idempotency_key_reused',
      'daily_budget_reached',
      'too_many_reels',
      'temporal_unreachable',
    ],
  },
  'GET /v1/reels/{id}/video': {
    id: 'getVideo',
    tag: 'Reels',
    summary: 'Download the video',
    text:
      '`video.url` of the reel is this path with `expires` and `signature`: such a link works without a key, for 24 ' +
      'hours. `Range` is supported.',
    access: 'link',
    path,
    query: z.object({ expires: z.string().optional(), signature: z.string().optional() }),
    headers: z.object({
      Range: z.string().optional().meta({ example: 'bytes=0-1023' }),
      'If-None-Match': z.string().optional(),
    }),
    answers: {
      200: {
        text: 'The file.',
        headers: ['Content-Disposition', 'Accept-Ranges', 'ETag'],
        content: { 'video/mp4': {} },
      },
      206: {
        text: 'The part that `Range` asked for.',
        headers: ['Content-Disposition', 'Accept-Ranges', 'Content-Range', 'ETag'],
        content: { 'video/mp4': {} },
      },
      304: { text: 'The file is the one that `If-None-Match` names.', headers: ['ETag'] },
    },
    refuses: [...REEL, 'video_not_ready', 'video_missing', 'range_not_satisfiable', 'temporal_unreachable'],
  },
  'POST /v1/reels/{id}/webhook/redeliver': {
    id: 'redeliverWebhook',
    tag: 'Reels',
    summary: 'Send the latest webhook again',
    text: 'Also one that was never sent. Its `webhook-id` stays the same.',
    access: 'key',
    path,
    body: noFields,
    answers: { 202: json('It will be sent.', reel, undefined, ['Location']) },
    refuses: ['invalid_request', ...REEL, 'no_webhook', 'temporal_unreachable', 'worker_unreachable'],
  },
  'GET /v1/reels/{id}/support': {
    id: 'getSupportPacket',
    tag: 'Failures',
    summary: "What Runway's support asks for",
    text: 'Without secrets, ready to paste into the form.',
    access: 'key',
    path,
    answers: {
      200: {
        text: 'By `Accept`: JSON, or the text alone.',
        content: { 'application/json': { schema: supportPacket }, 'text/plain': { schema: z.string() } },
      },
    },
    refuses: [...REEL, 'temporal_unreachable'],
  },
  'POST /v1/estimate': {
    id: 'estimateReel',
    tag: 'Money',
    summary: 'What a reel would cost',
    text:
      'Takes the body of `POST /v1/reels`, refuses it for the same reasons, and starts nothing. What is full at the moment ' +
      '(the budget of a day, the reels that a client may have unfinished) refuses no estimate.',
    access: 'key',
    headers: idempotencyKey,
    body: { schema: newReel, examples: BODIES },
    answers: { 200: json('The price.', estimate) },
    refuses: ['invalid_request', 'bad_idempotency_key', 'daily_budget_reached'],
  },
} as const satisfies Readonly<Record<OperationKey, Operation>>;
