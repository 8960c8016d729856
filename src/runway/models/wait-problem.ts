import { formatDuration, parseDuration } from '../../contract/duration';
import type { ReelRequest } from '../../contract/schemas/request';

/** Settings that decide whether a reel has the time for its fallbacks. */
export interface FallbackTimes {
  /** How long the fallback `wait` waits, in milliseconds: FALLBACK_WAIT. */
  readonly fallbackWaitMs: number;
  /** How long a reel may take whose request names no `deadline`, in milliseconds: REEL_DEADLINE. */
  readonly reelDeadlineMs: number;
}

/**
 * Why the fallback `wait` of a request can never come to its end, as a sentence; undefined when it can. Such a reel
 * would end by its deadline instead of trying again.
 */
export function waitProblem(
  { fallbacks, deadline }: Pick<ReelRequest, 'fallbacks' | 'deadline'>,
  { fallbackWaitMs, reelDeadlineMs }: FallbackTimes,
): string | undefined {
  if (!fallbacks?.includes('wait')) return undefined;
  const deadlineMs = parseDuration(deadline ?? '') ?? reelDeadlineMs;
  if (fallbackWaitMs < deadlineMs) return undefined;
  const wait = formatDuration(fallbackWaitMs);
  return (
    `fallbacks has "wait", which waits ${wait} (FALLBACK_WAIT), and the reel may take ` +
    `${formatDuration(deadlineMs)} in all: order it with a deadline of more than ${wait}, or without "wait".`
  );
}
