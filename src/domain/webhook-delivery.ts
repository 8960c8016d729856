/** The workflow that delivers the webhooks of one reel: its names, its input, what it records. */
import type { SearchAttributePair } from '@temporalio/common';
import { titleOf } from './reel-head';
import type { ReelHead, ReelState } from './reel-state';
import { REEL_CLIENT, REEL_TITLE } from './search-attributes';
import type { WebhookEvent } from './webhook';
import type { WebhookType } from '../contract/schemas/webhook';

/** Name of the workflow type, for whoever starts it. */
export const DELIVER_WEBHOOKS = 'deliverWebhooks';
/** Name of the signal that brings an event. */
export const TELL = 'tell';
/** Memo field, set when the receiver answered 410: nothing more is sent to it unless a person asks. */
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
