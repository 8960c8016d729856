import type { Account } from '../ledger/account';
import type { Endpoint, Quote } from './create-request';
import type { Fault } from '../scenarios/fault';
import type { CreateRequest } from './models';
import type { Life, Series } from '../scenarios/scenario';

/** A generation that the simulator took. How it stands follows from these facts and the time alone. */
export interface Task extends Quote {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly request: CreateRequest;
  /** Milliseconds since 1970, as all times in here. */
  readonly createdAt: number;
  /** Length of a usual task when it was created. */
  readonly taskMs: number;
  readonly life: Life;
  readonly polls?: Series<Fault>;
  readonly deletes?: Series<Fault>;
  readonly downloads?: Series<Fault>;
}

export type TaskStatus = 'PENDING' | 'THROTTLED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface TaskState {
  readonly status: TaskStatus;
  /** While RUNNING; what is written on the wire, so it may be no sensible number. */
  readonly progress?: number | null;
  /** Credits that it has cost so far: all of them until it ends. */
  readonly charged: number;
}

const PENDING = 0.15;
const RUNNING = 0.85;
/** In lengths of a task: longer than any test or patience. */
export const FOREVER = 1e7;

/**
 * How a task stands at `now`.
 *
 * @param admittedAt when the account's concurrency let it in; it is THROTTLED before.
 */
export function taskState(task: Task, admittedAt: number, now: number): TaskState {
  const { throttled = 0, pending = PENDING, running = RUNNING, end = { status: 'SUCCEEDED' } } = task.life;
  const charged = task.credits;
  const age = (now - admittedAt) / task.taskMs;
  if (age < throttled) return { status: 'THROTTLED', charged };
  if (age < throttled + pending) return { status: 'PENDING', charged };
  const ran = age - throttled - pending;
  if (ran < running) return { status: 'RUNNING', progress: progressOf(task.life, ran), charged };
  const free = end.status === 'CANCELLED' || (end.status === 'FAILED' && end.refunded);
  return { status: end.status, charged: free ? 0 : charged };
}

/** When it ends, if nobody deletes it. */
export function endOf(task: Task, admittedAt: number): number {
  const { throttled = 0, pending = PENDING, running = RUNNING } = task.life;
  return admittedAt + (throttled + pending + running) * task.taskMs;
}

function progressOf({ progress, running = RUNNING }: Life, ran: number): number | null {
  // A generation that will fail early shows little progress before, as the real ones do.
  const whole = progress === 'stuck' ? RUNNING : Math.max(running, RUNNING);
  const usual = Math.round(Math.min(0.99, ran / whole) * 1e4) / 1e4;
  if (progress === undefined) return usual;
  if (progress === 'stuck') return Math.min(usual, 0.37);
  return progress === 'backwards' ? 1 - usual : progress;
}

/** What a task that was deleted at some moment has cost. */
export function chargeOfDeleted(state: TaskState, rule: Account['chargesDeleted']): number {
  const waits = state.status === 'PENDING' || state.status === 'THROTTLED';
  if (!waits && state.status !== 'RUNNING') return state.charged;
  return rule === 'always' || (rule === 'running' && !waits) ? state.charged : 0;
}
