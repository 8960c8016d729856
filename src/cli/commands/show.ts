import type { Reel } from '../../contract/schemas/reel';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { reelPath } from '../service/reel-path';
import { renderReel } from '../text/reel-text';

/** `durable-reels show <id>` */
export const addShow: AddCommand = (program, run) => {
  program
    .command('show')
    .description('one reel: how it stands, what it cost, and what you can do')
    .argument('<id>')
    .addHelpText('after', examples('show sim-k3v…'))
    .action(
      run(async ({ service, show }, id: string) => show(await service.get<Reel>(reelPath(id)), renderReel)),
    );
};
