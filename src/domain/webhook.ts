import type { WebhookBody, WebhookReel, WebhookType } from '../contract/schemas/webhook';
import type { ReelFailure } from '../contract/schemas/failure';
import type { Reel, StoredVideo } from '../contract/schemas/reel';
import type { ReelHead, ReelState } from './reel-state';

/** Something that happened to a reel, as its receiver is told. */
export interface WebhookEvent {
  /** `webhook-id`: the same over all tries and redeliveries, so that a receiver can tell repeats. */
  readonly id: string;
  readonly body: WebhookBody;
}

/** Of a reel, what a webhook tells. */
export type Told = Pick<
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

export function toldOf(head: ReelHead, state: ReelState): Told {
  const { id, createdAt, request, remakeOf, backend } = head;
  return { ...state, id, createdAt, request, remakeOf, simulated: backend.kind === 'simulator' };
}

/**
 * The latest that there is to tell of a reel; undefined while it is being made.
 *
 * @param publicUrl `PUBLIC_URL`, where it is set.
 */
export function webhookEvent(reel: Told, publicUrl?: string): WebhookEvent | undefined {
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
  reel: Told,
  type: WebhookType,
  /** What tells this event from others of the reel. Without a full stop, which separates what is signed. */
  name: string,
  timestamp: string,
  publicUrl: string | undefined,
): WebhookEvent {
  return { id: `msg_${reel.id}_${name}`, body: { type, timestamp, data: dataOf(reel, publicUrl) } };
}

function dataOf(reel: Told, publicUrl: string | undefined): WebhookReel {
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
