import { randomUUID } from 'node:crypto';
import type { Reel } from '../../contract/schemas/reel';
import { CliError } from '../cli-error';
import type { AddCommand, CommandContext } from '../command-context';
import { toMilliseconds } from '../duration';
import { examples } from '../examples';
import { EXIT, type ExitCode } from '../exit-code';
import { type FileTarget, fileTarget } from '../download/file-target';
import { finish, leave } from '../follow/finish';
import { followReel } from '../follow/follow-reel';
import { postSafely } from '../service/post-safely';
import { addRequestOptions, requestBody, type RequestOptions } from '../request-options';
import { saveVideo } from '../download/save-video';
import type { Estimate } from '../../contract/schemas/estimate';
import { renderEstimate } from '../text/estimate-text';
import { formatCredits } from '../../contract/money';
import { renderSaved } from '../text/saved-text';

interface GenerateOptions extends RequestOptions {
  readonly output?: string;
  readonly force?: true;
  readonly detach?: true;
  readonly dryRun?: true;
  readonly timeout?: number;
  readonly idempotencyKey?: string;
}

/** `durable-reels generate "<prompt>"` */
export const addGenerate: AddCommand = (program, run) => {
  const command = program
    .command('generate')
    .description('make a video, watch it, and save it here')
    .argument('<prompt>', 'what the video should show');
  addRequestOptions(command)
    .option(
      '-o, --output <path>',
      'where the video goes: a file or a folder (default: here, named by date and title)',
    )
    .option('--force', 'replace the file if it is there')
    .option('--dry-run', 'only tell what it would cost')
    .option('--detach', 'do not wait: the reel is made in any case')
    .option('--timeout <duration>', 'wait no longer than this, such as 10m; the reel goes on', toMilliseconds)
    .option('--idempotency-key <key>', 'the same key again is the same reel (default: a new one)')
    .addHelpText(
      'after',
      examples(
        'generate "Paper lanterns rise over a snowy street" --title "Lantern Night" --date 2025-12-06',
        'generate "A brass band in the park" --audio music --max-credits 240 --dry-run',
        'generate "The logo comes alive" --image logo.png --output videos/',
      ),
    )
    .action(
      run(async (context, prompt: string, options: GenerateOptions) => {
        const body = await requestBody(prompt, options);
        if (options.dryRun) {
          context.show(await context.service.post<Estimate>('/v1/estimate', body), renderEstimate);
          return EXIT.done;
        }
        const target = await fileTarget(options.output, options.force === true);
        return context.interruptible((signal) => generate(context, body, options, { target, signal }));
      }),
    );
};

async function generate(
  context: CommandContext,
  body: object,
  { detach, timeout, idempotencyKey: key = randomUUID() }: GenerateOptions,
  { target, signal }: { target: FileTarget; signal: AbortSignal },
): Promise<ExitCode> {
  const { service, terminal, json } = context;
  const reel = await postSafely<Reel>(context, '/v1/reels', { body, key, signal }).catch((error: unknown) => {
    throw signal.aborted ? leftInMidPost(context, key) : error;
  });
  if (detach) return leave(context, reel);
  if (!json) terminal.note(startedText(reel));

  const followed = await followReel(context, reel, { timeoutMs: timeout, signal });
  const { reel: made, why } = followed;
  if (why !== 'settled' || made.status !== 'succeeded') return finish(context, followed);
  const file = await saveVideo(service, made, target, signal).catch((error: unknown) => {
    throw notSaved(context, made, error, signal);
  });
  context.show({ ...made, file }, renderSaved);
  return EXIT.done;
}

function startedText({ id, simulated, credits, status }: Reel): string {
  // An idempotency key that was used before brings back its reel, which may have ended long ago.
  const price = status === 'queued' ? `: ${formatCredits(credits.estimated)}, if the first try succeeds` : '';
  return `Reel ${id}${simulated ? ' (a practice clip of the simulator: nothing is charged)' : price}`;
}

function leftInMidPost({ commandLine }: CommandContext, key: string): CliError {
  return new CliError('Whether the reel was started is not known.', EXIT.working, {
    cure: `Look with: ${commandLine('list')}\nTo go on with it, give the same command again with --idempotency-key ${key}`,
  });
}

/** The video is made and kept by the service: only the copy here is missing. */
function notSaved(
  { commandLine }: CommandContext,
  { id }: Reel,
  error: unknown,
  signal: AbortSignal,
): unknown {
  if (!signal.aborted && !(error instanceof CliError)) return error;
  const message = signal.aborted ? 'The download was stopped.' : (error as CliError).message;
  const cure = error instanceof CliError && error.cure !== undefined ? [error.cure] : [];
  return new CliError(message, EXIT.failed, {
    cure: [
      ...cure,
      `The video is made, and the service keeps it. Save it with: ${commandLine('download', id)}`,
    ].join('\n'),
  });
}
