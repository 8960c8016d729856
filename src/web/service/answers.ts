/** Answers of the service that have no type in `src/domain`: what the page reads of them. */
import type { DailyBudget } from '../../domain/daily-budget';
import type { AccountFinding, ServiceFinding } from '../../contract/schemas/findings';
import type { FailureCategory } from '../../contract/schemas/failure';
import type { Reel } from '../../contract/schemas/reel';

export interface Session {
  readonly client: string | null;
  readonly admin: boolean;
  readonly keyNeeded: boolean;
}

export interface ReelPage {
  readonly reels: readonly Reel[];
  readonly nextCursor: string | null;
}

export interface Account {
  readonly account?: {
    readonly creditBalance?: number;
    readonly refused?: number;
    readonly models?: Readonly<Record<string, AccountFinding>>;
  };
  readonly service?: ServiceFinding;
}

export interface Usage {
  readonly budget: DailyBudget;
}

export interface CatalogEntry {
  readonly code: string;
  readonly title: string;
  readonly category: FailureCategory;
  readonly charge: 'nothing' | 'refunded' | 'kept' | 'read';
  readonly cause: string;
  readonly handling: string;
  readonly advice: readonly string[];
  readonly failureCodes?: readonly string[];
  readonly httpStatus?: readonly number[];
}

export interface SupportPacket {
  readonly text: string;
  readonly form: string;
  readonly simulated: boolean;
}
