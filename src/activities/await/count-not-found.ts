import type { AwaitProgress } from '../../domain/activity-args';

/** Runway answers 404 for a deleted task, and may do so once for a fresh one. */
export const NOT_FOUND_COUNT = 5;
export const NOT_FOUND_OVER_MS = 120_000;
/** Where polls are denser than Runway permits, in tests, this many poll intervals are enough. */
const NOT_FOUND_OVER_POLLS = 24;

export function notFoundOverMs(pollIntervalMs: number): number {
  return Math.min(NOT_FOUND_OVER_MS, NOT_FOUND_OVER_POLLS * pollIntervalMs);
}

/** How often in a row Runway answered 404 for a task, and since when. */
export type NotFound = NonNullable<AwaitProgress['notFound']>;

/**
 * Counts one more 404 in a row.
 *
 * @param at ISO time of the answer.
 * @param overMs how long they have to go on: see `notFoundOverMs`.
 * @returns `gone` once they are enough, over a time long enough, to believe that the task exists no more.
 */
export function countNotFound(
  before: NotFound | undefined,
  at: string,
  overMs: number,
): { readonly notFound: NotFound; readonly gone: boolean } {
  const notFound = { count: (before?.count ?? 0) + 1, since: before?.since ?? at };
  const lastedMs = Date.parse(at) - Date.parse(notFound.since);
  const gone = notFound.count >= NOT_FOUND_COUNT && lastedMs >= overMs;
  return { notFound, gone };
}
