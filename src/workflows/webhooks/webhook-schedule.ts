/** When an event is sent again: the schedule that Standard Webhooks 1.0 recommends, over three days. */

const S = 1_000;
const M = 60 * S;
const H = 60 * M;

/** Milliseconds before each try after the first one, which comes at once. */
export const WEBHOOK_DELAYS: readonly number[] = [
  5 * S,
  5 * M,
  30 * M,
  2 * H,
  5 * H,
  10 * H,
  14 * H,
  20 * H,
  24 * H,
];

/** At random up to this part of a delay is added: receivers that failed together do not come back together. */
export const WEBHOOK_JITTER = 0.1;

/**
 * Milliseconds before the next try; undefined after the last one.
 *
 * @param tries made so far, from 1.
 * @param random from 0 to 1.
 * @param retryAfterMs what the receiver asked for: it may lengthen a delay, never shorten it.
 */
export function webhookDelay(tries: number, random: number, retryAfterMs = 0): number | undefined {
  const delay = WEBHOOK_DELAYS[tries - 1];
  if (delay === undefined) return undefined;
  return Math.round(Math.max(delay, retryAfterMs) * (1 + WEBHOOK_JITTER * random));
}
