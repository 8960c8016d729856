import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error';
import { createContext, type RunCommand } from './command-context';
import { addAccount } from './commands/account';
import { addExplain } from './commands/explain';
import { addList } from './commands/list';
import { addRemake } from './commands/remake';
import { addResolve } from './commands/resolve';
import { addShow } from './commands/show';
import { addSupport } from './commands/support';
import { addUsage } from './commands/usage';
import { connectService } from './service';
import type { Terminal } from './terminal';
import { plain } from './text/plain';
import { wrap } from './text/wrap';

const DEFAULT_URL = 'http://127.0.0.1:3000';
const COMMANDS = [
  addList,
  addShow,
  addExplain,
  addResolve,
  addRemake,
  addSupport,
  addAccount,
  addUsage,
] as const;

interface GlobalOptions {
  readonly url: string;
  readonly json?: boolean;
}

export interface CliEnvironment {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs one command line (without `node` and the name of the program).
 *
 * @returns the exit code: 0 done, 1 failed, 2 refused (a wrong command line, or the service said no).
 */
export async function runCli(args: readonly string[], environment: CliEnvironment): Promise<number> {
  const program = createProgram(environment);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed what it says: help and version end with 0, a wrong command line with 1.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CliError)) throw error;
    complain(error, environment.terminal, program.opts<GlobalOptions>().json === true);
    return error.exitCode;
  }
}

function createProgram({ terminal, env }: CliEnvironment): Command {
  const program = new Command('durable-reels')
    .description('Looks at reels, explains failures and settles what needs a person.')
    .option(
      '--url <url>',
      'where the service is (environment: DURABLE_REELS_URL)',
      env['DURABLE_REELS_URL'] || DEFAULT_URL,
    )
    .option('--json', 'print what the service answers, as JSON')
    .addHelpText(
      'after',
      `
Environment:
  DURABLE_REELS_URL  where the service is
  DURABLE_REELS_KEY  your key, if the service asks for one
  NO_COLOR           no colours

Exit codes: 0 done, 1 failed, 2 refused.`,
    )
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
    });

  const run: RunCommand =
    (action) =>
    async (...args) => {
      // Commander hands over the arguments, then the options, then the command itself.
      const command = args.at(-1) as Command;
      const { url, json = false } = command.optsWithGlobals<GlobalOptions>();
      const service = connectService({ url, key: env['DURABLE_REELS_KEY'] || undefined });
      await action(createContext(terminal, service, json), ...(args.slice(0, -1) as never));
    };
  for (const add of COMMANDS) add(program, run);
  return program;
}

function complain(error: CliError, { complain: say, style, width }: Terminal, json: boolean): void {
  if (json && error.problem !== undefined) {
    say(JSON.stringify(error.problem, null, 2));
    return;
  }
  say(`${style.bad('Error:')} ${wrap(plain(error.message), width)}`);
  if (error.cure !== undefined) say(wrap(plain(error.cure), width));
}
