import type { Reel } from '../../contract/schemas/reel';
import type { AddCommand } from '../command-context';
import { toMilliseconds } from '../duration';
import { examples } from '../examples';
import { finish } from '../follow/finish';
import { followReel } from '../follow/follow-reel';
import { reelPath } from '../service/reel-path';

/** `durable-reels watch <id>` */
export const addWatch: AddCommand = (program, run) => {
  program
    .command('watch')
    .description('watch a reel until it ends or needs you')
    .argument('<id>')
    .option('--timeout <duration>', 'watch no longer than this, such as 10m', toMilliseconds)
    .addHelpText('after', examples('watch sim-k3v… --timeout 10m'))
    .action(
      run((context, id: string, { timeout }: { readonly timeout?: number }) =>
        context.interruptible(async (signal) => {
          const reel = await context.service.get<Reel>(reelPath(id));
          return finish(context, await followReel(context, reel, { timeoutMs: timeout, signal }));
        }),
      ),
    );
};
