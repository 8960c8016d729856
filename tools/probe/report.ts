import type { LogLine } from './vendor';

/** What the probe measured: safe to show to anybody. Times of day are ISO in UTC; `…Ms` count from the POST. */
export interface ProbeReport {
  readonly schemaVersion: 1;
  readonly startedAt: string;
  endedAt?: string;
  /** Against the simulator: the numbers say nothing about Runway. */
  readonly simulated: boolean;
  readonly order: { readonly model: string; readonly ratio: string; readonly duration: number };
  readonly announcedCredits: number;
  /** How often was looked: no number below is finer than that. */
  readonly looks: { readonly countersMs: number; readonly logMs: number; readonly taskMs: number };
  /** A video that was watched to its end. */
  watched?: Submission & {
    readonly counters: readonly CounterChange[];
    readonly progress: readonly ProgressStep[];
    readonly chargedCredits?: number;
  };
  /** Through a router: when the log showed the create, for the first time. */
  routerLog?: Submission & { readonly seen?: Seen & { readonly line: LogLine } };
  /** The task that was deleted while it ran. */
  deletion?: {
    readonly deletedAt: string;
    /** What the last look at it before showed; it was RUNNING. */
    readonly progressBefore?: number;
    readonly httpStatus?: number;
    /** What reading it gives afterwards. */
    readonly readAfter: string;
    /** Balance before its POST, less the balance when the probe stopped looking. */
    readonly creditsGone: number;
    readonly lookedForMs: number;
    readonly estimatedCredits: number;
    readonly counters: readonly CounterChange[];
  };
  /** A video from an image: look for these times in the log of the image's host. */
  image?: Submission & {
    readonly host: string;
    readonly progress: readonly ProgressStep[];
  };
  /** Others used the account meanwhile: credits and counters are not only ours. */
  disturbed?: boolean;
  readonly problems: string[];
}

export interface Submission {
  readonly sentAt: string;
  /** Time until Runway's answer. */
  readonly answeredMs: number;
  readonly taskId?: string;
  readonly requestId?: string;
  readonly estimatedCredits?: number;
}

/** When something was seen: after the look before, at the latest by this one. */
export interface Seen {
  readonly afterMs: number;
  readonly notYetMs?: number;
}

/** Counters against those before the POST. */
export interface CounterChange extends Seen {
  readonly credits: number;
  readonly dailyGenerations: number;
}

export interface ProgressStep {
  readonly afterMs: number;
  readonly status: string;
  readonly progress?: number;
  readonly failureCode?: string;
}
