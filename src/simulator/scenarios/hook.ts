import type { Fault } from './fault';

/**
 * A point in a request. For POSTs in this order: `received` (body read, nothing checked) · `beforeTask` (all
 * checks passed) · `afterTask` (it exists and costs) · `afterAnswer` (the answer has left).
 */
export interface SimulatorEvent {
  readonly at: 'received' | 'beforeTask' | 'afterTask' | 'afterAnswer' | 'poll' | 'delete' | 'output';
  /** Number of the POST, counted from 1; of a POST only. */
  readonly post?: number;
  readonly prompt?: string;
  /** From `afterTask` on. */
  readonly taskId?: string;
}

/** Is waited for, and may return what the client gets instead (at `afterAnswer` it is too late for that). */
export type Hook = (event: SimulatorEvent) => Fault | undefined | Promise<Fault | undefined>;
