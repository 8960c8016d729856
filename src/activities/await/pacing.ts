/** Pure rules of when to try again. Up to half of every delay is random, so that reels do not march in step. */

/** Runway's advice: exponential back-off plus up to 50 % random delay (docs.dev.runwayml.com, errors). */
export function backoffMs(attempt: number, baseMs: number, capMs: number, random = Math.random): number {
  const delay = Math.min(baseMs * 2 ** Math.min(attempt - 1, 30), capMs);
  return Math.round(delay * (1 + random() * 0.5));
}

/** The spacing of polls plus up to a tenth: never closer than asked for. */
export function pollDelayMs(intervalMs: number, random = Math.random): number {
  return Math.round(intervalMs * (1 + random() * 0.1));
}
