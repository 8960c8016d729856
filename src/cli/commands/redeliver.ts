import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { reelPath } from '../service/reel-path';

/** `durable-reels redeliver <id>` */
export const addRedeliver: AddCommand = (program, run) => {
  program
    .command('redeliver')
    .description('send the latest webhook of a reel again')
    .argument('<id>')
    .addHelpText('after', examples('redeliver sim-k3v…'))
    .action(
      run(async ({ service, show }, id: string) => {
        const answer = await service.post<unknown>(reelPath(id, 'webhook/redeliver'), {});
        show(answer, () => `The latest webhook of reel ${id} is sent again.`);
      }),
    );
};
