import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { printableJson, wellFormedJson } from '../contract/text';
import type { ExitCode } from './exit-code';
import type { Service } from './service/service';
import type { Terminal } from './terminal';
import { plain } from './text/plain';

/** What a command gets to work with. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly service: Service;
  readonly json: boolean;
  readonly env: CliEnvironment['env'];
  /** Standard input. */
  readonly input: Readable;
  /** How long a request that may be repeated is sent again, in ms. */
  readonly patienceMs: number;
  /** How long the service may be away while a reel is watched, in ms. */
  readonly watchPatienceMs: number;
  /** Prints a result: as the service gave it with `--json`, else as the text that `render` makes of it. */
  show<T>(value: T, render: (value: T, terminal: Terminal) => string): void;
  /** What to type for another command at the same service. */
  commandLine(...words: readonly string[]): string;
  /** Runs work that Ctrl-C aborts by the signal. A second Ctrl-C ends the process. */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Asks at the keyboard; undefined without one. */
  confirm(question: string): Promise<boolean | undefined>;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command, run: RunCommand) => void;

/** Makes the action of a command: `run((context, code: string) => …)`. What it returns is the exit code. */
export type RunCommand = <Args extends unknown[]>(
  action: (context: CommandContext, ...args: Args) => Promise<ExitCode> | Promise<void>,
) => (...args: [...Args, Command]) => Promise<void>;

/** What the process lends to commands. */
export interface CliEnvironment {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Listens for Ctrl-C. @returns what ends the listening. */
  readonly onInterrupt?: (listener: () => void) => () => void;
  /** Asks for a line; absent where nobody sits at the keyboard. */
  readonly ask?: (question: string) => Promise<string>;
  /** Standard input; absent: there is nothing in it. */
  readonly input?: Readable;
  readonly patienceMs?: number;
  readonly watchPatienceMs?: number;
}

const PATIENCE_MS = 60_000;
const WATCH_PATIENCE_MS = 10 * 60_000;

export function createContext(
  { terminal, env, onInterrupt, ask, input = Readable.from([]), patienceMs, watchPatienceMs }: CliEnvironment,
  service: Service,
  { json, urlGiven }: { readonly json: boolean; readonly urlGiven: boolean },
): CommandContext {
  return {
    terminal,
    service,
    json,
    env,
    input,
    patienceMs: patienceMs ?? PATIENCE_MS,
    watchPatienceMs: watchPatienceMs ?? WATCH_PATIENCE_MS,
    show: (value, render) =>
      terminal.print(json ? printableJson(wellFormedJson(value, 2)) : render(plain(value), terminal)),
    commandLine: (...words) =>
      ['durable-reels', ...words, ...(urlGiven ? ['--url', service.url] : [])].join(' '),
    async interruptible(work) {
      const controller = new AbortController();
      const stopListening = onInterrupt?.(() => controller.abort());
      try {
        return await work(controller.signal);
      } finally {
        stopListening?.();
      }
    },
    confirm: async (question) =>
      ask && !json ? /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim()) : undefined,
  };
}
