import type { Reel } from '../../contract/schemas/reel';
import { CliError } from '../cli-error';
import type { AddCommand, CommandContext } from '../command-context';
import { examples } from '../examples';
import { EXIT } from '../exit-code';
import { fileTarget } from '../download/file-target';
import { reelPath } from '../service/reel-path';
import { exitCodeOf } from '../follow/reel-status';
import { saveVideo } from '../download/save-video';
import { renderSaved } from '../text/saved-text';

interface DownloadOptions {
  readonly output?: string;
  readonly force?: true;
}

/** `durable-reels download <id>` */
export const addDownload: AddCommand = (program, run) => {
  program
    .command('download')
    .description('save the video of a reel here')
    .argument('<id>')
    .option('-o, --output <path>', 'a file or a folder (default: here, named by date and title)')
    .option('--force', 'replace the file if it is there')
    .addHelpText('after', examples('download sim-k3v… --output videos/'))
    .action(
      run(async (context, id: string, { output, force }: DownloadOptions) => {
        const target = await fileTarget(output, force === true);
        const reel = await context.service.get<Reel>(reelPath(id));
        if (reel.status !== 'succeeded') throw noVideo(context, reel);
        const file = await context.interruptible((signal) =>
          saveVideo(context.service, reel, target, signal).catch((error: unknown) => {
            throw signal.aborted ? new CliError('The download was stopped.', EXIT.failed) : error;
          }),
        );
        context.show({ ...reel, file }, renderSaved);
      }),
    );
};

function noVideo({ commandLine }: CommandContext, reel: Reel): CliError {
  const exitCode = exitCodeOf(reel);
  const command = exitCode === EXIT.working ? 'watch' : 'show';
  return new CliError(`Reel ${reel.id} is ${reel.status}: it has no video.`, exitCode, {
    cure: `See: ${commandLine(command, reel.id)}`,
  });
}
