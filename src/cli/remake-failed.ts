import { DAY_MS } from '../contract/duration';
import type { Reel, ReelPage } from '../contract/schemas/reel';
import { CliError } from './cli-error';
import type { CommandContext } from './command-context';
import { EXIT, type ExitCode } from './exit-code';
import { postSafely } from './service/post-safely';
import { reelPath } from './service/reel-path';
import type { Service } from './service/service';
import { plain } from './text/plain';
import { moment, oneLine } from './text/words';
import { formatCredits } from '../contract/money';
import { table } from './text/table';

interface RemakeOptions {
  readonly code: string;
  readonly sinceMs?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Makes the reels again that failed with a code, after asking: with their number and what they cost. */
export async function remakeFailed(context: CommandContext, options: RemakeOptions): Promise<ExitCode> {
  const { terminal, json, show, service } = context;
  const since = new Date(Date.now() - (options.sinceMs ?? DAY_MS));
  const failed = await failedSince(service, options.code, since);
  // Made again before: one by one, or by this command when it broke off.
  const [open, done] = partition(failed, ({ remadeAs }) => remadeAs === undefined);
  const credits = sum(open.map((reel) => reel.credits.estimated));
  const plan = { count: open.length, remadeBefore: done.length, credits, reels: open.map(({ id }) => id) };

  if (!json) {
    terminal.print(planText(context, options.code, since, { open: plain(open), done: done.length, credits }));
  }
  if (open.length === 0 || options.dryRun) {
    if (json) show({ dryRun: options.dryRun === true, ...plan }, String);
    return EXIT.done;
  }
  const agreed =
    options.yes ?? (await context.confirm(`Make ${reels(open.length)} for ${formatCredits(credits)}?`));
  if (agreed !== true) {
    throw new CliError('Nothing was made again.', EXIT.refused, {
      cure: agreed === undefined ? 'Nobody can be asked here: add --yes.' : undefined,
    });
  }
  const made = await remakeAll(context, open);
  if (json) show({ ...plan, made }, String);
  else terminal.print(`\n${reels(made.length)} under way. See: ${context.commandLine('list')}`);
  return EXIT.done;
}

async function failedSince(service: Service, code: string, since: Date): Promise<Reel[]> {
  const found: Reel[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ status: 'failed', failureCode: code, limit: '100' });
    if (cursor !== null) query.set('cursor', cursor);
    const page: ReelPage = await service.get<ReelPage>(`/v1/reels?${query}`);
    const recent = page.reels.filter(
      ({ finishedAt }) => finishedAt !== undefined && new Date(finishedAt) >= since,
    );
    found.push(...recent);
    // In the order in which they were asked for: one that was asked for long ago may have failed just now.
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found.sort((a, b) => Date.parse(a.finishedAt ?? '') - Date.parse(b.finishedAt ?? ''));
}

/** One after the other, the oldest first: whatever ends it, what was made is known, and a repeat makes the rest. */
async function remakeAll(
  context: CommandContext,
  open: readonly Reel[],
): Promise<{ from: string; id: string }[]> {
  const made: { from: string; id: string }[] = [];
  for (const { id: from } of open) {
    try {
      // The same key for everybody who makes it again in this way: two people at once make one.
      const body = { body: {}, key: `remake-failed-${from}` };
      const { id } = await postSafely<Reel>(context, reelPath(from, 'remake'), body);
      made.push({ from, id });
      if (!context.json) context.terminal.print(`${from} → ${id}`);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const cure = [
        error.cure,
        `${made.length} of ${open.length} were made; the same command again makes the rest.`,
      ];
      throw new CliError(`${from}: ${error.message}`, EXIT.failed, {
        cure: cure.filter(Boolean).join('\n'),
        problem: error.problem,
      });
    }
  }
  return made;
}

function planText(
  { terminal }: CommandContext,
  code: string,
  since: Date,
  { open, done, credits }: { open: readonly Reel[]; done: number; credits: number },
): string {
  const when = `since ${moment(since.toISOString())}`;
  const before = done > 0 ? ` ${reels(done)} of them ${done === 1 ? 'was' : 'were'} made again before.` : '';
  if (open.length === 0) return `No reel to make again: failed with ${code} ${when}.${before}`;
  const rows = open.map(({ id, finishedAt = '', credits: { estimated }, request }) => [
    id,
    moment(finishedAt),
    formatCredits(estimated),
    oneLine(request.title ?? request.promptText),
  ]);
  return [
    table(['id', 'ended', 'costs', 'title'], rows, terminal),
    '',
    `${reels(open.length)} failed with ${code} ${when}: ${formatCredits(credits)}, if each first try succeeds.${before}`,
  ].join('\n');
}

const reels = (count: number): string => `${count} ${count === 1 ? 'reel' : 'reels'}`;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
