import type { ReelPage } from '../../contract/schemas/reel';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { toPairs } from '../request-options';
import type { Terminal } from '../terminal';
import { moment, oneLine } from '../text/words';
import { formatCredits } from '../../contract/money';
import { table } from '../text/table';
import { wrap } from '../text/wrap';

/** The filters of `GET /v1/reels`: what they are called there is what they are called here. */
interface ListOptions {
  /** Is `q` there. */
  readonly find?: string;
  readonly status?: string;
  readonly model?: string;
  readonly failureCode?: string;
  readonly runwayTaskId?: string;
  readonly uncertain?: true;
  readonly createdAfter?: string;
  readonly createdBefore?: string;
  /** By name. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `durable-reels list` */
export const addList: AddCommand = (program, run) => {
  program
    .command('list')
    .description('reels, newest first')
    .option('--find <words>', 'words of the title or the prompt, or their beginnings')
    .option('--status <status>', 'queued, in_progress, needs_decision, succeeded, failed or cancelled')
    .option('--model <model>')
    .option('--failure-code <code>', 'such as insufficient_credits')
    .option('--runway-task-id <id>', 'the reel that an Operation ID belongs to')
    .option('--uncertain', 'only reels with credits that may have been charged')
    .option('--created-after <time>', 'a day such as 2025-12-06, or a time')
    .option('--created-before <time>', 'a day such as 2025-12-06, or a time')
    .option('--metadata <key=value>', 'a pair of your own; may be repeated', toPairs)
    .option('--limit <number>', 'how many, 1 to 100')
    .option('--cursor <cursor>', 'where the page before ended')
    .addHelpText(
      'after',
      examples(
        'list --find "holiday boat"',
        'list --status needs_decision',
        'list --failure-code insufficient_credits',
      ),
    )
    .action(
      run(async ({ service, show }, options: ListOptions) => {
        show(await service.get<ReelPage>(`/v1/reels?${queryOf(options)}`), renderPage);
      }),
    );
};

function queryOf({ find, metadata = {}, ...options }: ListOptions): URLSearchParams {
  const query = new URLSearchParams(
    Object.entries(options).map(([name, value]): [string, string] => [name, String(value)]),
  );
  if (find !== undefined) query.set('q', find);
  for (const [key, value] of Object.entries(metadata)) query.set(`metadata.${key}`, value);
  return query;
}

/** The figures are those of Runway's price list: what stands there in dollars must not frighten. */
const SIMULATED =
  'Reels whose id begins with sim- are practice clips of the simulator: nothing is charged for them.';

function renderPage({ reels, nextCursor }: ReelPage, terminal: Terminal): string {
  if (reels.length === 0) return 'No reels.';
  const rows = reels.map((reel) => [
    reel.id,
    reel.status,
    moment(reel.createdAt),
    formatCredits(reel.credits.charged) + (reel.credits.uncertain > 0 ? ` + ${reel.credits.uncertain}?` : ''),
    reel.failure?.code ?? '',
    oneLine(reel.request.title ?? reel.request.promptText),
  ]);
  const lines = [table(['id', 'status', 'asked for', 'charged', 'failure', 'title'], rows, terminal)];
  if (reels.some(({ simulated }) => simulated)) {
    lines.push('', wrap(SIMULATED, terminal.width));
  }
  if (nextCursor !== null) lines.push('', terminal.style.dim(`More: --cursor ${nextCursor}`));
  return lines.join('\n');
}
