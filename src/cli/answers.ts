/** What the service answers, as far as commands read it. */
import type { DailyBudget } from '../domain/daily-budget';
import type { ServiceFinding } from '../contract/schemas/findings';
import type { Reel } from '../contract/schemas/reel';

/** `GET /v1/reels` */
export interface ReelPage {
  readonly reels: readonly Reel[];
  readonly nextCursor: string | null;
}

export interface CreditSums {
  readonly charged: number;
  readonly refunded: number;
  readonly uncertain: number;
  /** Set aside for what is not at its end. */
  readonly open: number;
}

/** `GET /v1/usage` */
export interface UsageAnswer {
  readonly since: string;
  readonly budget: DailyBudget;
  readonly total: CreditSums;
  readonly days: readonly ({ readonly date: string } & CreditSums)[];
  readonly reels: readonly ({
    readonly id: string;
    readonly at: string;
    readonly model: string;
  } & CreditSums)[];
  /** Net credits by UTC day and model, of the whole account; absent when Runway did not tell. */
  readonly runway?: {
    readonly days: readonly { readonly date: string; readonly models: Readonly<Record<string, number>> }[];
  };
}

/** `GET /v1/account`; what Runway did not tell in time is missing. */
export interface AccountAnswer {
  readonly at: string;
  readonly simulated: boolean;
  readonly links: { readonly temporal?: string };
  /** What connections to the outside go through. A service before 0.2.0 does not tell. */
  readonly connections?: readonly {
    readonly to: string;
    readonly proxy?: string;
    readonly problem?: string;
  }[];
  readonly account?: {
    readonly creditBalance?: number;
    readonly maxMonthlyCreditSpend?: number;
    readonly models?: Readonly<Record<string, ModelLimits>>;
    /** HTTP status with which Runway refused to show the account. */
    readonly refused?: number;
  };
  readonly service?: ServiceFinding;
}

export interface ModelLimits {
  /** In the last 24 hours. */
  readonly dailyGenerations?: number;
  readonly maxDailyGenerations?: number;
  readonly maxConcurrentGenerations?: number;
}

type PartState = 'up' | 'down' | 'unknown';

/** `GET /readyz`; with 503 the same stands in the problem. */
export interface Readiness {
  readonly parts: Readonly<Record<'temporal' | 'worker' | 'waits' | 'storage', PartState>>;
  /** Absent while storage is down. */
  readonly storage?: { readonly freeBytes: number };
  /** How the worker checks videos; absent before one has said it. */
  readonly video?: { readonly checked: 'decoded' | 'structure'; readonly ffmpeg?: string };
  /** Processes that are alive and whose event loop stands still; absent where there are none. */
  readonly standingStill?: readonly {
    readonly process: string;
    readonly pid: number;
    readonly seconds: number;
  }[];
}
