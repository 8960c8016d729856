import type { CreditSums, Usage } from '../../contract/schemas/usage';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import type { Terminal } from '../terminal';
import { dailyUseText } from '../text/words';
import { formatCredits } from '../../contract/money';
import { facts, section } from '../text/section';
import { table } from '../text/table';

/** `durable-reels usage` */
export const addUsage: AddCommand = (program, run) => {
  program
    .command('usage')
    .description('credits by day and by reel, beside what Runway counts')
    .option('--days <number>', 'how many days, 1 to 90', '30')
    .addHelpText('after', examples('usage --days 7'))
    .action(
      run(async ({ service, show }, { days }: { days: string }) => {
        const query = new URLSearchParams({ days });
        show(await service.get<Usage>(`/v1/usage?${query}`), renderUsage);
      }),
    );
};

function renderUsage({ since, budget, total, days, reels, runway }: Usage, terminal: Terminal): string {
  const simulated = reels.length > 0 && reels.every(({ id }) => id.startsWith('sim-'));
  const sums = facts(
    [
      ['since', since.slice(0, 10)],
      ['charged', formatCredits(total.charged) + (simulated ? ', by the simulator: nothing in truth' : '')],
      ['refunded', formatCredits(total.refunded)],
      ['uncertain', formatCredits(total.uncertain)],
      ['set aside', formatCredits(total.open)],
      ['last 24 hours', dailyUseText(budget.own)],
      ['of all reels', budget.all && dailyUseText(budget.all)],
    ],
    terminal,
  );
  const parts = [sums];
  const atRunway = new Map(runway?.days.map(({ date, models }) => [date, sum(Object.values(models))]));
  const dates = [...new Set([...days.map(({ date }) => date), ...atRunway.keys()])].sort().reverse();
  const byDate = new Map(days.map((day) => [day.date, day]));
  const dayRows = dates
    .filter((date) => byDate.has(date) || (atRunway.get(date) ?? 0) > 0)
    .map((date) => [
      date,
      ...creditCells(byDate.get(date)),
      runway ? String(atRunway.get(date) ?? 0) : 'not told',
    ]);
  if (dayRows.length > 0) {
    parts.push(table(['day (UTC)', ...CREDIT_HEADS, 'whole account at Runway'], dayRows, terminal));
  }
  if (reels.length > 0) {
    const rows = reels.map((reel) => [reel.id, ...creditCells(reel), reel.model]);
    parts.push(table(['reel', ...CREDIT_HEADS, 'model'], rows, terminal));
  }
  if (total.uncertain > 0) {
    parts.push(section('Uncertain credits', 'See the reels with: durable-reels list --uncertain', terminal));
  }
  return parts.join('\n\n');
}

const CREDIT_HEADS = ['charged', 'refunded', 'uncertain', 'set aside'];

function creditCells(sums?: CreditSums): string[] {
  return [sums?.charged, sums?.refunded, sums?.uncertain, sums?.open].map((credits) => String(credits ?? 0));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
