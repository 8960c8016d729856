import { Command, CommanderError } from 'commander';
import { printable, printableJson, wellFormedJson } from '../contract/text';
import { CliError } from './cli-error';
import { type CliEnvironment, createContext, type RunCommand } from './command-context';
import { addAccount } from './commands/account';
import { addBackup } from './commands/backup';
import { addCancel } from './commands/cancel';
import { addDelete } from './commands/delete';
import { addDoctor } from './doctor/doctor';
import { addDownload } from './commands/download';
import { addExplain } from './commands/explain';
import { addGenerate } from './commands/generate';
import { addList } from './commands/list';
import { addLog } from './commands/log';
import { addRedeliver } from './commands/redeliver';
import { addRemake } from './commands/remake';
import { addResolve } from './commands/resolve';
import { addShow } from './commands/show';
import { addSpend } from './commands/spend';
import { addSupport } from './commands/support';
import { addUsage } from './commands/usage';
import { addWatch } from './commands/watch';
import { EXIT, type ExitCode } from './exit-code';
import { connectService } from './service/service';
import type { Terminal } from './terminal';
import { plain } from './text/plain';
import { wrap } from './text/wrap';

const DEFAULT_URL = 'http://127.0.0.1:3000';

/** In the order of the help. */
const COMMANDS = {
  'Make reels:': [addGenerate, addWatch, addDownload, addCancel, addRemake],
  'Look at them:': [addList, addShow, addSpend, addUsage],
  'When something is wrong:': [addDoctor, addExplain, addResolve, addSupport, addLog, addAccount, addBackup],
  'Rarely:': [addRedeliver, addDelete],
} as const;

interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
}

/** Runs one command line (without `node` and the name of the program). */
export async function runCli(args: readonly string[], environment: CliEnvironment): Promise<ExitCode> {
  const { program, exitCode } = createProgram(environment);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode();
  } catch (error) {
    // Commander has printed what it says: help and version end with 0, a wrong command line with 1.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.refused;
    if (!(error instanceof CliError)) throw error;
    complain(error, environment.terminal, program.opts<GlobalOptions>().json === true);
    return error.exitCode;
  }
}

function createProgram(environment: CliEnvironment): { program: Command; exitCode: () => ExitCode } {
  const { terminal, env } = environment;
  const program = new Command('durable-reels')
    .description('Makes short videos with Runway, watches them, and settles what needs a person.')
    .option('--url <url>', `where the service is (default: DURABLE_REELS_URL, else ${DEFAULT_URL})`)
    .option('--json', 'print what the service answers, as JSON')
    .addHelpText(
      'after',
      `
Every command has a --help with an example.

Environment:
  DURABLE_REELS_URL  where the service is
  DURABLE_REELS_KEY  your key, if the service asks for one
  NO_COLOR           no colours

Exit codes: 0 done · 1 failed · 2 refused, nothing was spent · 3 still working · 4 needs your decision`,
    )
    .showHelpAfterError('(--help says more)')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      // What it says of a wrong command line holds that line, and no style of ours.
      writeOut: (text) => terminal.print(printable(text.trimEnd())),
      writeErr: (text) => terminal.note(printable(text.trimEnd())),
    });

  let exitCode: ExitCode = EXIT.done;
  const run: RunCommand =
    (action) =>
    async (...args) => {
      // Commander hands over the arguments, then the options, then the command itself.
      const command = args.at(-1) as Command;
      const { url, json = false } = command.optsWithGlobals<GlobalOptions>();
      const service = connectService({
        url: url ?? (env['DURABLE_REELS_URL'] || DEFAULT_URL),
        key: env['DURABLE_REELS_KEY'] || undefined,
      });
      const context = createContext(environment, service, { json, urlGiven: url !== undefined });
      exitCode = (await action(context, ...(args.slice(0, -1) as never))) ?? EXIT.done;
    };
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, run);
  }
  return { program, exitCode: () => exitCode };
}

function complain(error: CliError, { note, style, width }: Terminal, json: boolean): void {
  if (json && error.problem !== undefined) {
    note(printableJson(wellFormedJson(error.problem, 2)));
    return;
  }
  note(`${style.bad('Error:')} ${wrap(plain(error.message), width)}`);
  if (error.cure !== undefined) note(wrap(plain(error.cure), width));
}
