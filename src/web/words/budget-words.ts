import type { DailyBudget, DailyUse } from '../../contract/schemas/usage';
import { formatCredits, NEARLY_USED_UP } from '../../contract/money';
import type { Tone } from './reel-words';

export interface BudgetWords {
  readonly name: 'budget' | 'own-budget';
  readonly text: string;
  readonly tone: Tone;
}

/** What may be spent today and what is: `Today: $3.20 (320 credits) of $20.00 (2000 credits)`. What has no limit goes without saying. */
export function budgetWords({ all, own }: DailyBudget): BudgetWords[] {
  return [
    ...wordsOf('budget', 'Today', all),
    ...wordsOf('own-budget', all?.limit === undefined ? 'Today' : 'Your own today', own),
  ];
}

function wordsOf(name: BudgetWords['name'], day: string, use: DailyUse | undefined): BudgetWords[] {
  if (use?.limit === undefined) return [];
  const { committed, limit } = use;
  const text = `${day}: ${formatCredits(committed)} of ${formatCredits(limit)}`;
  if (committed >= limit) return [{ name, text: `${text}, all used up`, tone: 'bad' }];
  return [{ name, text, tone: committed < limit * NEARLY_USED_UP ? 'good' : 'attention' }];
}
