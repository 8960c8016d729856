import { quantile } from '../../bench/statistics';
import type { Vitals } from './vitals';

export interface Flatness {
  readonly process: string;
  readonly what: string;
  /** Median of each quarter of the time. */
  readonly quarters: readonly number[];
  /** Whether the last quarter is about what the first one was; undefined where the time was too short to tell. */
  readonly isFlat: boolean | undefined;
}

interface Measure {
  readonly what: string;
  readonly of: (vitals: Vitals) => number | undefined;
  /** The last quarter may be so many times the first one, and so much beside. */
  readonly factor: number;
  readonly slack: number;
}

/** The slack is what small numbers vary by: a collection of garbage that comes sooner or later, a connection more. */
const MEASURES: readonly Measure[] = [
  { what: 'resident MB', of: ({ megabytes }) => megabytes, factor: 1.15, slack: 30 },
  { what: 'heap MB', of: ({ inside }) => inside?.heapMegabytes, factor: 1.15, slack: 20 },
  { what: 'open files', of: ({ files }) => files, factor: 1.15, slack: 10 },
  // One for each reel whose wait this worker happens to hold, of 200 (counted: 2, 42 and 82 with 0, 40 and 80 reels).
  { what: 'timers, sockets and the like', of: ({ inside }) => inside?.resources, factor: 1.15, slack: 200 },
  {
    what: 'delay of the event loop, 99th percentile, ms',
    of: ({ inside }) => inside?.loopP99Ms,
    factor: 1.5,
    slack: 25,
  },
];
export const NEVER_KILLED = ['other-worker', 'other-api'] as const;
/** Of the time: caches fill, and code is compiled. */
const WARM_UP = 1 / 12;
const TOO_SHORT_MS = 20 * 60_000;

/** What the processes that were never killed held, over the time. */
export function flatness({
  vitals,
  from,
  to,
}: {
  readonly vitals: readonly Vitals[];
  readonly from: number;
  readonly to: number;
}): Flatness[] {
  const begin = from + (to - from) * WARM_UP;
  return NEVER_KILLED.flatMap((process) =>
    MEASURES.map(({ what, of, factor, slack }) => {
      const quarters = [0, 1, 2, 3].map((quarter) =>
        quantile(
          vitals
            .filter((one) => one.process === process && quarterOf(one.at, begin, to) === quarter)
            .flatMap((one) => of(one) ?? []),
          0.5,
        ),
      );
      const [first = Number.NaN] = quarters;
      const last = quarters[3] ?? Number.NaN;
      return {
        process,
        what,
        quarters,
        isFlat: to - from < TOO_SHORT_MS ? undefined : last <= first * factor + slack,
      };
    }),
  );
}

/** @returns below 0 in the warm-up. */
function quarterOf(at: number, begin: number, end: number): number {
  return Math.min(3, Math.floor((4 * (at - begin)) / (end - begin)));
}
