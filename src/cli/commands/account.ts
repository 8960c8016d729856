import type { Account } from '../../contract/schemas/account';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import type { Terminal } from '../terminal';
import { creditsLeft, serviceState } from '../text/findings';
import { moment } from '../text/words';
import { formatCredits } from '../../contract/money';
import { facts } from '../text/section';
import { table } from '../text/table';

/** `durable-reels account` */
export const addAccount: AddCommand = (program, run) => {
  program
    .command('account')
    .description("Runway's side: credits, limits and whether its API works")
    .addHelpText('after', examples('account'))
    .action(run(async ({ service, show }) => show(await service.get<Account>('/v1/account'), renderAccount)));
};

function renderAccount({ at, account, service }: Account, terminal: Terminal): string {
  const summary = facts(
    [
      ['looked at', moment(at)],
      ['credits left', creditsLeft(account)],
      [
        'monthly limit',
        account?.maxMonthlyCreditSpend === undefined
          ? undefined
          : formatCredits(account.maxMonthlyCreditSpend),
      ],
      ['Runway API', serviceState(service)],
    ],
    terminal,
  );
  const used = Object.entries(account?.models ?? {}).filter(
    ([, limits]) => (limits.dailyGenerations ?? 0) > 0,
  );
  if (used.length === 0) return summary;
  const rows = used.map(([name, limits]) => [
    name,
    `${limits.dailyGenerations ?? '?'} of ${limits.maxDailyGenerations ?? 'any number'}`,
    String(limits.maxConcurrentGenerations ?? 'any number'),
  ]);
  return `${summary}\n\n${table(['model', 'generations in 24 h', 'at once'], rows, terminal)}`;
}
