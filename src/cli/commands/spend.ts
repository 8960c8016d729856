import { DAY_MS } from '../../contract/duration';
import { InvalidArgumentError } from 'commander';
import type { CreditSums, Usage } from '../../contract/schemas/usage';
import { CliError } from '../cli-error';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { EXIT } from '../exit-code';
import type { Terminal } from '../terminal';
import { formatCredits } from '../../contract/money';
import { facts } from '../text/section';
import { table } from '../text/table';

/** As far back as the service tells it. */
const MOST_DAYS = 90;

interface Spend {
  readonly month: string;
  readonly total: CreditSums;
  readonly days: Usage['days'];
  readonly reels: Usage['reels'];
}

/** `durable-reels spend --month [YYYY-MM]` */
export const addSpend: AddCommand = (program, run) => {
  program
    .command('spend')
    .description('what a month has cost')
    .option('--month [YYYY-MM]', 'which month, in UTC (default: this one)', toMonth)
    .addHelpText('after', examples('spend', 'spend --month 2025-12'))
    .action(
      run(async ({ service, show }, options: { readonly month?: string | true }) => {
        const today = new Date().toISOString().slice(0, 10);
        const month = typeof options.month === 'string' ? options.month : today.slice(0, 7);
        const days = daysSince(month, today);
        show(spendOf(month, await service.get<Usage>(`/v1/usage?days=${days}`)), renderSpend);
      }),
    );
};

function toMonth(text: string): string {
  if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(text)) {
    throw new InvalidArgumentError('It must be a month, such as 2025-12.');
  }
  return text;
}

/** @throws CliError for a month that the service does not tell about */
function daysSince(month: string, today: string): number {
  const days = (Date.parse(today) - Date.parse(`${month}-01`)) / DAY_MS + 1;
  if (days < 1) throw new CliError(`${month} has not begun.`, EXIT.refused);
  if (days > MOST_DAYS) {
    throw new CliError(`${month} is too long ago: the service tells about ${MOST_DAYS} days.`, EXIT.refused, {
      cure: 'What each reel cost stands on it (show), and what the account cost at dev.runwayml.com.',
    });
  }
  return days;
}

function spendOf(month: string, usage: Usage): Spend {
  const days = usage.days.filter(({ date }) => date.startsWith(month));
  const sum = (field: keyof CreditSums) => days.reduce((total, day) => total + day[field], 0);
  return {
    month,
    total: {
      charged: sum('charged'),
      refunded: sum('refunded'),
      uncertain: sum('uncertain'),
      open: sum('open'),
    },
    days,
    reels: usage.reels.filter(({ at }) => at.startsWith(month)),
  };
}

function renderSpend({ month, total, days, reels }: Spend, terminal: Terminal): string {
  const simulated = reels.length > 0 && reels.every(({ id }) => id.startsWith('sim-'));
  const summary = facts(
    [
      ['month', `${month} (UTC)`],
      ['charged', formatCredits(total.charged) + (simulated ? ', by the simulator: nothing in truth' : '')],
      [
        'perhaps',
        total.uncertain > 0 ? `${formatCredits(total.uncertain)} more: durable-reels list --uncertain` : '',
      ],
      ['set aside', total.open > 0 ? `${formatCredits(total.open)} for reels that are being made` : ''],
      ['given back', total.refunded > 0 ? formatCredits(total.refunded) : ''],
      ['reels', String(reels.length)],
    ],
    terminal,
  );
  if (days.length === 0) return summary;
  const rows = days.map(({ date, charged, uncertain }) => [
    date,
    formatCredits(charged) + (uncertain > 0 ? ` + ${uncertain}?` : ''),
    String(reels.filter(({ at }) => at.startsWith(date)).length),
  ]);
  return `${summary}\n\n${table(['day (UTC)', 'charged', 'reels'], rows, terminal)}`;
}
