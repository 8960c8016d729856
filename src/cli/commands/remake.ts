import { randomUUID } from 'node:crypto';
import type { Reel } from '../../contract/schemas/reel';
import { CliError } from '../cli-error';
import type { AddCommand, CommandContext } from '../command-context';
import { toMilliseconds } from '../duration';
import { examples } from '../examples';
import { EXIT, type ExitCode } from '../exit-code';
import { postSafely } from '../service/post-safely';
import { reelPath } from '../service/reel-path';
import { remakeFailed } from '../remake-failed';
import { renderReel } from '../text/reel-text';

interface RemakeOptions {
  readonly idempotencyKey?: string;
  readonly code?: string;
  readonly since?: number;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** `durable-reels remake <id>`, and `durable-reels remake --code <code> --since 3h` for all of an outage. */
export const addRemake: AddCommand = (program, run) => {
  program
    .command('remake')
    .description('make a new reel with the request of an ended one; or all that failed with --code')
    .argument('[id]', 'the ended reel')
    .option('--idempotency-key <key>', 'the same key again makes no second reel (default: a new one)')
    .option('--code <code>', 'all reels that failed with this code, such as insufficient_credits')
    .option('--since <duration>', 'with --code: those that ended since then (default: 24h)', toMilliseconds)
    .option('--dry-run', 'with --code: only list them, with what they would cost')
    .option('-y, --yes', 'with --code: do not ask')
    .addHelpText(
      'after',
      examples('remake sim-k3v…', 'remake --code insufficient_credits --since 3h --dry-run'),
    )
    .action(
      run(async (context, id: string | undefined, options: RemakeOptions) => {
        const { code, since, dryRun, yes, idempotencyKey } = options;
        const wrong = wrongTogether(id, options);
        if (wrong !== undefined) throw new CliError(wrong, EXIT.refused, { cure: '(--help says more)' });
        if (code !== undefined) return remakeFailed(context, { code, sinceMs: since, dryRun, yes });
        return remakeOne(context, id ?? '', idempotencyKey ?? randomUUID());
      }),
    );
};

function wrongTogether(
  id: string | undefined,
  { code, since, dryRun, yes, idempotencyKey }: RemakeOptions,
): string | undefined {
  if ((id === undefined) === (code === undefined)) return 'Name one reel, or --code: not both, and not none.';
  if (id !== undefined && (since !== undefined || dryRun || yes)) {
    return '--since, --dry-run and --yes belong to --code.';
  }
  if (code !== undefined && idempotencyKey !== undefined) {
    return '--idempotency-key belongs to one reel: with --code each has its own, and repeating is safe.';
  }
  return undefined;
}

async function remakeOne(context: CommandContext, id: string, key: string): Promise<ExitCode> {
  const reel = await postSafely<Reel>(context, reelPath(id, 'remake'), { body: {}, key });
  context.show(reel, renderReel);
  if (!context.json) context.terminal.note(`\nWatch it with: ${context.commandLine('watch', reel.id)}`);
  return EXIT.done;
}
