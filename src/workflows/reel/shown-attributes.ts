import type { SearchAttributePair } from '@temporalio/common';
import type { ReelState } from '../../domain/reel';
import {
  REEL_CAUSE,
  REEL_STATUS,
  REEL_TASK_IDS,
  REEL_UNCERTAIN_CREDITS,
} from '../../domain/search-attributes';

/** A longer attribute makes Temporal fail the run at once (`limit.searchAttributesSizeOfValue`). */
const MOST_BYTES = 2_048;

/**
 * The search attributes of a state. One that Temporal refuses would end or block the run while its task is under way, so
 * each value is made to fit.
 */
export function shownAttributes({ status, failure, generations, credits }: ReelState): SearchAttributePair[] {
  const taskIds = latestThatFit(generations.flatMap(({ runwayTaskId }) => runwayTaskId ?? []));
  return [
    { key: REEL_STATUS, value: status },
    ...(failure ? [{ key: REEL_CAUSE, value: failure.code }] : []),
    ...(taskIds.length > 0 ? [{ key: REEL_TASK_IDS, value: taskIds }] : []),
    ...(credits.uncertain > 0
      ? [{ key: REEL_UNCERTAIN_CREDITS, value: wholeCredits(credits.uncertain) }]
      : []),
  ];
}

/** The last ones: the task that is under way is among them. IDs are ASCII, so their JSON has as many bytes as characters. */
function latestThatFit(ids: readonly string[]): string[] {
  let first = ids.length;
  for (let bytes = 2; first > 0; first -= 1) {
    bytes += JSON.stringify(ids[first - 1]).length + 1;
    if (bytes > MOST_BYTES) break;
  }
  return ids.slice(first);
}

/** The attribute is a whole number; prices of Runway need not be. */
function wholeCredits(credits: number): number {
  return Math.min(Math.ceil(credits), Number.MAX_SAFE_INTEGER);
}
