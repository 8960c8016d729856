/** Webhooks: which event a reel has come to, and the workflow that delivers the events of one reel. */
import type { WebhookBody, WebhookReel, WebhookType } from '../contract/schemas/webhook';
import type { ReelFailure } from '../contract/schemas/failure';
import type { Reel, StoredVideo } from '../contract/schemas/reel';
import { type ReelHead, type ReelState, titleOf } from './reel';
import type { SearchAttributePair } from '@temporalio/common';
import { REEL_CLIENT, REEL_TITLE } from './search-attributes';

/** Something that happened to a reel, as it is sent to the receiver. */
export interface WebhookEvent {
  /** `webhook-id`: the same over all tries and redeliveries, so that a receiver knows a repeat. */
  readonly id: string;
  readonly body: WebhookBody;
}

/** A reel as it stands: all that the body of a webhook is made from. */
export type ReelSnapshot = Pick<
  Reel,
  | 'id'
  | 'status'
  | 'simulated'
  | 'createdAt'
  | 'updatedAt'
  | 'finishedAt'
  | 'request'
  | 'credits'
  | 'generations'
  | 'warnings'
  | 'failure'
  | 'decision'
  | 'remakeOf'
> & { readonly video?: StoredVideo };

export function snapshotOf(head: ReelHead, state: ReelState): ReelSnapshot {
  const { id, createdAt, request, remakeOf, backend } = head;
  return { ...state, id, createdAt, request, remakeOf, simulated: backend.kind === 'simulator' };
}

/**
 * The event of the reel's present status; undefined while it is being made.
 *
 * @param publicUrl `PUBLIC_URL`, where it is set.
 */
export function webhookEvent(reel: ReelSnapshot, publicUrl?: string): WebhookEvent | undefined {
  const { status, decision } = reel;
  if (status === 'queued' || status === 'in_progress') return undefined;
  if (status !== 'needs_decision') {
    return eventOf(reel, `reel.${status}`, status, reel.finishedAt ?? reel.updatedAt, publicUrl);
  }
  const since = decision?.since ?? reel.updatedAt;
  // A reel may ask more than once, even about one generation: each time is an event of its own.
  const name = `${status}_${decision?.generation ?? 0}_${Date.parse(since)}`;
  return eventOf(reel, 'reel.needs_decision', name, since, publicUrl);
}

function eventOf(
  reel: ReelSnapshot,
  type: WebhookType,
  /** Distinguishes the reel's events. Without a full stop, which separates what is signed. */
  name: string,
  timestamp: string,
  publicUrl: string | undefined,
): WebhookEvent {
  return { id: `msg_${reel.id}_${name}`, body: { type, timestamp, data: dataOf(reel, publicUrl) } };
}

function dataOf(reel: ReelSnapshot, publicUrl: string | undefined): WebhookReel {
  const { title, date, metadata } = reel.request;
  const { failure, video, decision, finishedAt, remakeOf } = reel;
  return {
    id: reel.id,
    status: reel.status,
    simulated: reel.simulated,
    createdAt: reel.createdAt,
    ...(finishedAt !== undefined && { finishedAt }),
    ...(title !== undefined && { title }),
    ...(date !== undefined && { date }),
    ...(metadata !== undefined && { metadata }),
    credits: reel.credits,
    generations: reel.generations.map(({ number, model, status, runwayTaskId }) => ({
      number,
      model,
      status,
      ...(runwayTaskId !== undefined && { runwayTaskId }),
    })),
    warnings: reel.warnings,
    ...(video && { video }),
    ...(failure && { failure: failureOf(failure) }),
    ...(decision && { decision }),
    ...(remakeOf !== undefined && { remakeOf }),
    ...(publicUrl !== undefined && { links: { self: `${publicUrl}/v1/reels/${reel.id}` } }),
  };
}

function failureOf({
  code,
  title,
  message,
  advice,
  operationId,
  runwayFailureCode,
}: ReelFailure): WebhookReel['failure'] {
  return {
    code,
    title,
    message,
    advice,
    ...(operationId !== undefined && { operationId }),
    ...(runwayFailureCode !== undefined && { runwayFailureCode }),
  };
}

// ---- the workflow that delivers the webhooks of one reel ----------------------------------------------------

/** Name of the workflow type, for whoever starts it. */
export const DELIVER_WEBHOOKS = 'deliverWebhooks';

/** Name of the signal that brings an event. */
export const TELL = 'tell';

/** Memo field, set when the receiver answered 410: nothing more is sent to it but by a redelivery that somebody asks for. */
export const MEMO_STOPPED = 'stopped';

/** Input of the workflow. The secret that signs is known to workers only. */
export interface WebhookReceiver {
  readonly reelId: string;
  /** Whose secret signs. */
  readonly client: string;
  readonly url: string;
}

/** Arguments of `enqueueWebhook`: the reel as it stands. */
export interface EnqueueWebhookArgs {
  readonly head: ReelHead;
  readonly state: ReelState;
}

export interface SendWebhookArgs {
  readonly receiver: WebhookReceiver;
  readonly event: WebhookEvent;
}

/** What one POST came to. */
export interface WebhookTry {
  /**
   * `gone`: the receiver answered 410 and wants nothing more. `refused`: the event is none that storage confirms, and
   * was not sent.
   */
  readonly outcome: 'delivered' | 'failed' | 'gone' | 'refused';
  /** For people: `HTTP 503`, `no answer within 15 s`. */
  readonly words: string;
  readonly status?: number;
  /** How long the receiver asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What became of an event. */
export interface Delivery {
  readonly id: string;
  readonly type: WebhookType;
  /** `overtaken`: a later event made it pointless before it was delivered. */
  readonly outcome: 'delivered' | 'overtaken' | 'gone' | 'refused' | 'given_up';
  readonly tries: number;
  /** What the last try came to; absent when there was none. */
  readonly words?: string;
}

export function webhooksWorkflowIdOf(reelId: string): string {
  return `webhooks-${reelId}`;
}

/** How the workflow is started, or the one that runs already is reached. */
export function deliveryStart({ id, client, request }: Pick<ReelHead, 'id' | 'client' | 'request'>): {
  workflowId: string;
  workflowIdReusePolicy: 'ALLOW_DUPLICATE';
  workflowIdConflictPolicy: 'USE_EXISTING';
  args: [WebhookReceiver];
  typedSearchAttributes: SearchAttributePair[];
  staticSummary: string;
} {
  const title = titleOf(request);
  return {
    workflowId: webhooksWorkflowIdOf(id),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ reelId: id, client, url: request.webhookUrl ?? '' }],
    typedSearchAttributes: [
      { key: REEL_CLIENT, value: client },
      { key: REEL_TITLE, value: title },
    ],
    staticSummary: `Webhooks of: ${title}`,
  };
}
