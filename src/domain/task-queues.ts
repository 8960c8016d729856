export interface TaskQueues {
  /** Workflows and short activities. */
  readonly reels: string;
  /** The long waits, so that they never starve submits. */
  readonly waits: string;
}

/** `TASK_QUEUE_PREFIX` keeps environments apart that share a Temporal namespace. */
export function taskQueues(prefix = ''): TaskQueues {
  return { reels: `${prefix}reels`, waits: `${prefix}reels-await` };
}

/** The queue of the waits that belongs to a workflow's own queue. */
export function waitsQueueOf(reelsQueue: string): string {
  return `${reelsQueue}-await`;
}
