import type { Reel } from '../../domain/reel';
import type { AddCommand } from '../command-context';
import type { Terminal } from '../terminal';
import { moment } from '../text/moment';
import { money } from '../text/money';
import { table } from '../text/table';

interface ReelPage {
  readonly reels: readonly Reel[];
  readonly nextCursor: string | null;
}

/** The filters of `GET /v1/reels`: what they are called there is what they are called here. */
interface ListOptions {
  readonly status?: string;
  readonly model?: string;
  readonly failureCode?: string;
  readonly runwayTaskId?: string;
  readonly uncertain?: true;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `durable-reels list` */
export const addList: AddCommand = (program, run) => {
  program
    .command('list')
    .description('reels: unfinished ones first, then by their end, latest first')
    .option('--status <status>', 'queued, in_progress, needs_decision, succeeded, failed or cancelled')
    .option('--model <model>')
    .option('--failure-code <code>', 'such as insufficient_credits')
    .option('--runway-task-id <id>', 'the reel that an Operation ID belongs to')
    .option('--uncertain', 'only reels with credits that may have been charged')
    .option('--limit <number>', 'how many, 1 to 100')
    .option('--cursor <cursor>', 'where the page before ended')
    .action(
      run(async ({ service, show }, options: ListOptions) => {
        const query = new URLSearchParams(
          Object.entries(options).map(([name, value]): [string, string] => [name, String(value)]),
        );
        show(await service.get<ReelPage>(`/v1/reels?${query}`), renderPage);
      }),
    );
};

function renderPage({ reels, nextCursor }: ReelPage, terminal: Terminal): string {
  if (reels.length === 0) return 'No reels.';
  const rows = reels.map((reel) => [
    reel.id,
    reel.status,
    moment(reel.createdAt),
    money(reel.credits.charged) + (reel.credits.uncertain > 0 ? ` + ${reel.credits.uncertain}?` : ''),
    reel.failure?.code ?? '',
    shorten(reel.request.title ?? reel.request.promptText),
  ]);
  const lines = [table(['id', 'status', 'asked for', 'charged', 'failure', 'title'], rows, terminal)];
  if (nextCursor !== null) lines.push('', terminal.style.dim(`More: --cursor ${nextCursor}`));
  return lines.join('\n');
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= 40 ? line : `${Array.from(line).slice(0, 39).join('')}…`;
}
