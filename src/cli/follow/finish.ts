import type { CommandContext } from '../command-context';
import { EXIT, type ExitCode } from '../exit-code';
import type { Followed } from './follow-reel';
import { exitCodeOf } from './reel-status';
import { renderReel } from '../text/reel-text';

/** Says how a reel ended, what it needs, or how to come back to it. @returns the exit code */
export function finish(context: CommandContext, { reel, why }: Followed): ExitCode {
  if (why === 'settled') {
    context.show(reel, renderReel);
    return exitCodeOf(reel);
  }
  if (why === 'time_over' && !context.json) context.terminal.note('The time is over.');
  return leave(context, reel);
}

/** The reel goes on without this command. */
export function leave(
  { terminal, json, show, commandLine }: CommandContext,
  reel: Followed['reel'],
): ExitCode {
  if (json) show(reel, () => '');
  else {
    terminal.print(
      [
        `Reel ${reel.id} goes on without this command.`,
        `  watch it   ${commandLine('watch', reel.id)}`,
        `  its video  ${commandLine('download', reel.id)}`,
        `  stop it    ${commandLine('cancel', reel.id)}`,
      ].join('\n'),
    );
  }
  return EXIT.working;
}
