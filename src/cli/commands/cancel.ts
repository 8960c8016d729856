import type { Reel } from '../../contract/schemas/reel';
import type { AddCommand, CommandContext } from '../command-context';
import { examples } from '../examples';
import { reelPath } from '../service/reel-path';
import { formatCredits } from '../../contract/money';

/** `durable-reels cancel <id>` */
export const addCancel: AddCommand = (program, run) => {
  program
    .command('cancel')
    .description('stop a reel, and its paid task at Runway')
    .argument('<id>')
    .addHelpText('after', examples('cancel sim-k3v…'))
    .action(
      run(async (context, id: string) => {
        const reel = await context.service.post<Reel>(reelPath(id, 'cancel'), {});
        context.show(reel, () => cancelText(context, reel));
      }),
    );
};

function cancelText({ commandLine }: CommandContext, { id, status, credits }: Reel): string {
  switch (status) {
    case 'queued':
    case 'in_progress':
    case 'needs_decision':
      return `Reel ${id} is being stopped. Its end: ${commandLine('watch', id)}`;
    case 'cancelled': {
      const uncertain = credits.uncertain > 0 ? `, and perhaps ${formatCredits(credits.uncertain)} more` : '';
      return `Reel ${id} is cancelled. Charged: ${formatCredits(credits.charged)}${uncertain}.`;
    }
    case 'succeeded':
    case 'failed':
      return `Reel ${id} had ended before: ${status}. See: ${commandLine('show', id)}`;
  }
}
