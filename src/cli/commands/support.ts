import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { reelPath } from '../service/reel-path';
import { plain } from '../text/plain';

/** `durable-reels support <id>` */
export const addSupport: AddCommand = (program, run) => {
  program
    .command('support')
    .description("what Runway's support form asks for, ready to paste")
    .argument('<id>')
    .addHelpText('after', examples('support sim-k3v…'))
    .action(
      run(async ({ service, terminal, json, show }, id: string) => {
        const path = reelPath(id, 'support');
        if (json) show(await service.get<unknown>(path), String);
        else terminal.print(plain(await service.getText(path)).trimEnd());
      }),
    );
};
