/**
 * When the activities try again: every pause between two tries. `npm run docs` writes them into docs/retry-policies.md.
 * Up to half of every back-off is random, so that reels do not march in step.
 */

/** In milliseconds: `base` before the second try, doubled each time, `cap` at most. */
export interface Backoff {
  readonly base: number;
  readonly cap: number;
}

export const SUBMIT_BACKOFF: Backoff = { base: 2_000, cap: 300_000 };
/** Runway's daily limit and the daily budget free up bit by bit over 24 hours. */
export const DAILY_LIMIT_PAUSE_MS = 900_000;

/** Of an output that cannot be fetched. The first pause is also a fifth of the poll interval at most. */
export const STORE_BACKOFF: Backoff = { base: 1_000, cap: 300_000 };
/** In the story of 0.1.0: attempts at an output that arrives whole and is no video, or is not offered at all. */
export const BAD_OUTPUT_ATTEMPTS = 6;
/** What came whole and is no video may be megabytes each time, and is seldom another thing a minute later. */
export const BAD_OUTPUT_CAP_MS = 900_000;
/** Whether a video is gone for good has to be known within minutes. */
export const TASK_NOT_FOUND_CAP_MS = 30_000;
/** Another download of the client ends sooner than that. */
export const DOWNLOAD_SHARE_CAP_MS = 5_000;

/** Of a webhook while other webhooks of its client use up the client's share. */
export const WEBHOOK_SHARE_BACKOFF: Backoff = { base: 2_000, cap: 120_000 };

export const STORAGE_FAULT_PAUSE_MS = 15_000;
export const WRONG_BACKEND_PAUSE_MS = 30_000;

/** Poll intervals between two polls of a task. */
export const POLL_INTERVALS = {
  throttled: 6,
  accessRefused: 12,
  notFound: 5,
  /** At most: doubled with each fault in a row. */
  faults: 12,
} as const;

/** Runway's advice: exponential back-off plus up to 50 % random delay (docs.dev.runwayml.com, errors). */
export function backoffMs(attempt: number, { base, cap }: Backoff, random = Math.random): number {
  const delay = Math.min(base * 2 ** Math.min(attempt - 1, 30), cap);
  return Math.round(delay * (1 + random() * 0.5));
}

/** The poll interval plus up to a tenth: never sooner than asked for. */
export function pollDelayMs(intervalMs: number, random = Math.random): number {
  return Math.round(intervalMs * (1 + random() * 0.1));
}
