import type { Fault } from './fault';

/** A rehearsed misfortune. The table is in `scenarios.ts`; a test may also make its own. */
export interface Scenario {
  /** One line for people. */
  readonly about: string;
  /** What happens to the POSTs with the same prompt, in order. */
  readonly posts?: Series<PostFault>;
  /** How the tasks made by them go, in order. */
  readonly lives?: Series<Life>;
  /** What happens to the reads, deletions and downloads of each task, in order. */
  readonly polls?: Series<Fault>;
  readonly deletes?: Series<Fault>;
  readonly downloads?: Series<Fault>;
  /** Fields that a reel needs besides the marker to meet it. */
  readonly reelFields?: Readonly<Record<string, unknown>>;
  /** Limits the scenario to some requests; others go well. */
  readonly appliesTo?: (request: Readonly<Record<string, unknown>>) => boolean;
}

/** With `taskExists` Runway has taken (and charges) the generation, although the answer is lost. */
export interface PostFault {
  readonly fault: Fault;
  readonly taskExists: boolean;
}

/** `undefined` among the first ones: this one goes well. */
export interface Series<T> {
  readonly first: readonly (T | undefined)[];
  /** What happens to all that follow; absent: they go well. */
  readonly then?: T;
}

/** How a task goes. Times are in lengths of a usual task (12 s by default). */
export interface Life {
  /** How long it is THROTTLED first. */
  readonly throttled?: number;
  readonly pending?: number;
  readonly running?: number;
  readonly end?: TaskEnd;
  /** What RUNNING shows: `stuck` at 0.37, falling, or always this value. */
  readonly progress?: 'stuck' | 'backwards' | number | null;
  /** Multiplies price and charge: Runway asks for more than its price list says. */
  readonly priceFactor?: number;
  /** How many of the first URLs handed out have expired already. */
  readonly expiredUrls?: number;
  /** `output` of the succeeded task; usually one URL. */
  readonly output?: 'empty' | 'null' | 'two';
  /** The video lies on its side, or has sound that nobody asked for. */
  readonly landscape?: boolean;
  readonly sound?: boolean;
  /** The video is whole, and in a codec that no browser plays. */
  readonly prores?: boolean;
  /** After the end, the status page shows an incident for this long. */
  readonly incident?: number;
}

export type TaskEnd =
  | { readonly status: 'SUCCEEDED' }
  | { readonly status: 'CANCELLED' }
  | {
      readonly status: 'FAILED';
      readonly failure: string;
      readonly failureCode?: string;
      readonly refunded: boolean;
    };

export const once = <T>(item: T): Series<T> => ({ first: [item] });
export const times = <T>(count: number, item: T): Series<T> => ({ first: Array<T>(count).fill(item) });
export const always = <T>(item: T): Series<T> => ({ first: [], then: item });
export const inOrder = <T>(...items: (T | undefined)[]): Series<T> => ({ first: items });

/** The item with this index (from 0); past the first ones all goes well, or as `then` says. */
export function nth<T>(series: Series<T> | undefined, index: number): T | undefined {
  return series && (index < series.first.length ? series.first[index] : series.then);
}

/**
 * Like `nth`, but the one that goes well ends a round and the next begins anew: whoever posts
 * `#internal-twice` a second time sees it fail twice again.
 */
export function nthInRounds<T>(series: Series<T> | undefined, index: number): T | undefined {
  if (!series) return undefined;
  return nth(series, series.then === undefined ? index % (series.first.length + 1) : index);
}
