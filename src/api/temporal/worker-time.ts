import { type Client, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { Problem } from '../http/problem';
import { callTemporal } from './temporal-call';

/** Time for a worker to take a message, and as much again to carry it out. */
const WORKER_MS = 5_000;

/** What is true for the caller when nobody takes the message. */
interface NotTaken {
  readonly title: string;
  readonly detail: string;
  /** When Temporal does not answer. */
  readonly unreachable: string;
}

/** No worker took the message, or the worker has not finished with it. */
export class NoWorker extends Problem {
  constructor({ title, detail }: NotTaken) {
    super('worker_unreachable', detail, { title, headers: { 'Retry-After': '5' } });
  }
}

/**
 * Makes a call to Temporal that only a worker answers, and waits 5 s for that.
 *
 * @throws NoWorker, TemporalUnreachable; every other error as the SDK throws it.
 */
export async function withinWorkerTime<T>(
  client: Client,
  notTaken: NotTaken,
  call: () => Promise<T>,
): Promise<T> {
  // Nobody waits for it any more: a call left alone would be retried, and throw once the connection is closed.
  const giveUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new NoWorker(notTaken));
      giveUp.abort();
    }, WORKER_MS);
  });
  try {
    return await Promise.race([
      client.withAbortSignal(giveUp.signal, () => callTemporal(client, notTaken.unreachable, call)),
      late,
    ]);
  } catch (error) {
    throw error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ? new NoWorker(notTaken) : error;
  } finally {
    clearTimeout(timer);
  }
}
