import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities';
import { STORE_SLOTS, taskQueues, WEBHOOK_SLOTS } from '../domain/task-queues';
import { processIdentity } from '../platform/standstills';
import type { WorkerTracing } from '../platform/tracing/worker-tracing';
import { nameReelInLogs } from './name-reel-in-logs';

export interface WorkersArgs {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueuePrefix?: string;
  readonly activities: Activities;
  /** With the workflow module of traces in it, where there are any. */
  readonly workflows: Pick<WorkerOptions, 'workflowBundle'>;
  /** The most that a submit may take; a stop waits that long for one, because its answer is a paid task's ID. */
  readonly submitTimeoutMs: number;
  readonly tracing?: WorkerTracing;
}

/** Waits that one process holds. Each costs about 120 kB and a poll every five seconds. */
const MAX_WAITS = 2_000;
/** Submits and other short calls that run at once. */
const MAX_SHORT = 50;
/** Workflows kept in memory, about 0.8 MB each. One that waits does without: its next step replays it first. */
const MAX_CACHED = 200;
/** How old the progress of a wait may be in `describe`. */
const HEARTBEAT_THROTTLE_MS = 2_000;
const WAITS_GRACE_MS = 3_000;
/** A download that is cut short is begun anew: one that is nearly done may end. */
const STORES_GRACE_MS = 3_000;
/** A POST takes 15 s at most: none is cut short, which its receiver would see as a repeat. */
const WEBHOOKS_GRACE_MS = 16_000;
/** A webhook that waits for its receiver has nothing to show: it beats for its time-out of 8 s only. */
const WEBHOOKS_HEARTBEAT_MS = 4_000;

/**
 * One worker for workflows and short activities; one for each kind of activity that waits for somebody else, with slots
 * of its own, so that what is slow never starves submits.
 */
export async function createWorkers(args: WorkersArgs): Promise<Worker[]> {
  const queues = taskQueues(args.taskQueuePrefix);
  const { tracing } = args;
  const shared = {
    connection: args.connection,
    namespace: args.namespace,
    // Whoever reads of a standstill has to find its pollers.
    identity: processIdentity(),
    activities: args.activities,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    interceptors: { activity: [nameReelInLogs, ...(tracing ? [tracing.activity] : [])] },
    sinks: tracing?.sinks,
  };
  return Promise.all([
    Worker.create({
      ...shared,
      ...args.workflows,
      taskQueue: queues.reels,
      maxConcurrentActivityTaskExecutions: MAX_SHORT,
      maxCachedWorkflows: MAX_CACHED,
      // After a kill -9 the next step waits for this; the default of 10 s is what one then sees.
      stickyQueueScheduleToStartTimeout: 2_000,
      shutdownGraceTime: args.submitTimeoutMs + 15_000,
    }),
    Worker.create({
      ...shared,
      taskQueue: queues.waits,
      maxConcurrentActivityTaskExecutions: MAX_WAITS,
      shutdownGraceTime: WAITS_GRACE_MS,
    }),
    Worker.create({
      ...shared,
      taskQueue: queues.stores,
      maxConcurrentActivityTaskExecutions: STORE_SLOTS,
      shutdownGraceTime: STORES_GRACE_MS,
    }),
    Worker.create({
      ...shared,
      taskQueue: queues.webhooks,
      maxHeartbeatThrottleInterval: WEBHOOKS_HEARTBEAT_MS,
      maxConcurrentActivityTaskExecutions: WEBHOOK_SLOTS,
      shutdownGraceTime: WEBHOOKS_GRACE_MS,
    }),
  ]);
}
