import { Context } from '@temporalio/activity';

/** Several fit into each heartbeat time-out; the SDK sends what the time-out needs, and no more. */
const BEAT_EVERY_MS = 1_000;

/**
 * Sends heartbeats while `work` runs, so that a death is seen in seconds and a cancellation arrives.
 *
 * @param details is called for each heartbeat.
 */
export async function whileBeating<T>(
  work: () => Promise<T>,
  details: () => unknown = () => undefined,
): Promise<T> {
  const context = Context.current();
  context.heartbeat(details());
  const timer = setInterval(() => context.heartbeat(details()), BEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Why this activity has to stop; undefined while it may go on. */
export function stopReason(): 'cancelled' | 'handed_back' | undefined {
  const context = Context.current();
  if (!context.cancellationSignal.aborted) return undefined;
  return context.cancellationDetails?.cancelRequested ? 'cancelled' : 'handed_back';
}
