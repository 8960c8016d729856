import { Context } from '@temporalio/activity';

/**
 * Beats while `work` runs, so that a death is seen in seconds and a cancellation arrives.
 *
 * @param details is asked at every beat.
 */
export async function whileBeating<T>(
  everyMs: number,
  details: () => unknown,
  work: () => Promise<T>,
): Promise<T> {
  const context = Context.current();
  context.heartbeat(details());
  const timer = setInterval(() => context.heartbeat(details()), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Why this activity was told to stop; undefined while it was not. */
export function stopReason(): 'cancelled' | 'handed_back' | undefined {
  const context = Context.current();
  if (!context.cancellationSignal.aborted) return undefined;
  return context.cancellationDetails?.cancelRequested ? 'cancelled' : 'handed_back';
}
