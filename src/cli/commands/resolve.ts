import type { Reel } from '../../contract/schemas/reel';
import type { ResolveAction } from '../../contract/reel';
import { CliError } from '../cli-error';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { EXIT } from '../exit-code';
import { reelPath } from '../service/reel-path';
import { renderReel } from '../text/reel-text';

interface ResolveOptions {
  readonly adopt?: string;
  readonly regenerate?: true;
  readonly fetch?: true;
  readonly abandon?: true;
}

/** `durable-reels resolve <id> --adopt <Operation ID> | --fetch | --regenerate | --abandon` */
export const addResolve: AddCommand = (program, run) => {
  program
    .command('resolve')
    .description('settle a reel that needs a decision; "show" says what each choice may cost')
    .argument('<id>')
    .option('--adopt <Operation ID>', 'the task that you found in the Request History of dev.runwayml.com')
    .option('--fetch', 'fetch a finished video once more, for nothing')
    .option('--regenerate', 'order it once more; the first one may be charged as well')
    .option('--abandon', 'stop; the first one may be charged')
    .addHelpText('after', examples('resolve sim-k3v… --adopt 695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d'))
    .action(
      run(async ({ service, show }, id: string, options: ResolveOptions) => {
        show(await service.post<Reel>(reelPath(id, 'resolve'), resolutionOf(options)), renderReel);
      }),
    );
};

function resolutionOf(options: ResolveOptions): { action: ResolveAction; runwayTaskId?: string } {
  const given = (['adopt', 'fetch', 'regenerate', 'abandon'] as const).filter(
    (action) => options[action] !== undefined,
  );
  const [action] = given;
  if (action === undefined || given.length > 1) {
    throw new CliError(
      'Exactly one of --adopt <Operation ID>, --fetch, --regenerate and --abandon is needed.',
      EXIT.refused,
    );
  }
  return action === 'adopt' ? { action, runwayTaskId: options.adopt } : { action };
}
