import { CliError } from '../cli-error';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { EXIT } from '../exit-code';
import { reelPath } from '../service/reel-path';

/** `durable-reels delete <id>` */
export const addDelete: AddCommand = (program, run) => {
  program
    .command('delete')
    .description('delete an ended reel: its video, its record and its history')
    .argument('<id>')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('delete sim-k3v… --yes'))
    .action(
      run(async ({ service, terminal, json, confirm }, id: string, { yes }: { readonly yes?: true }) => {
        const agreed = yes ?? (await confirm(`Delete reel ${id} and its video for good?`));
        if (agreed !== true) {
          const cure = agreed === undefined ? 'Nobody can be asked here: add --yes.' : undefined;
          throw new CliError('Nothing was deleted.', EXIT.refused, { cure });
        }
        await service.delete(reelPath(id));
        if (!json) terminal.print(`Reel ${id} is deleted.`);
      }),
    );
};
