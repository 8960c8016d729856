export interface TaskQueues {
  /** Workflows and short activities. */
  readonly reels: string;
  /** The long waits, so that they never starve submits. */
  readonly waits: string;
  /** POSTs to receivers, so that one that never answers holds up no reel. */
  readonly webhooks: string;
  /** Downloads and checks of finished videos, so that a slow host starves nothing else. */
  readonly stores: string;
}

/** `TASK_QUEUE_PREFIX` keeps environments apart that share a Temporal namespace. */
export function taskQueues(prefix = ''): TaskQueues {
  const reels = `${prefix}reels`;
  return {
    reels,
    waits: waitsQueueOf(reels),
    webhooks: webhooksQueueOf(reels),
    stores: storesQueueOf(reels),
  };
}

/** The queue of the waits that belongs to a workflow's own queue. */
export function waitsQueueOf(reelsQueue: string): string {
  return `${reelsQueue}-await`;
}

/** The queue of the webhooks that belongs to a workflow's own queue. */
export function webhooksQueueOf(reelsQueue: string): string {
  return `${reelsQueue}-webhooks`;
}

/** The queue of the downloads that belongs to a workflow's own queue. */
export function storesQueueOf(reelsQueue: string): string {
  return `${reelsQueue}-store`;
}

/** Downloads that one worker process has under way at most. A client has a share of them. */
export const STORE_SLOTS = 200;
/** Webhooks that one worker sends at once. Each costs a socket and a heartbeat every few seconds. */
export const WEBHOOK_SLOTS = 200;
