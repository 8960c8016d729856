import type { Command } from 'commander';
import type { Service } from './service';
import type { Terminal } from './terminal';
import { plain } from './text/plain';

/** What a command gets to work with. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly service: Service;
  readonly json: boolean;
  /** Prints a result: as the service gave it with `--json`, else as the text that `render` makes of it. */
  show<T>(value: T, render: (value: T, terminal: Terminal) => string): void;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command, run: RunCommand) => void;

/** Makes the action of a command: `run((context, code: string) => …)`. */
export type RunCommand = <Args extends unknown[]>(
  action: (context: CommandContext, ...args: Args) => Promise<void>,
) => (...args: [...Args, Command]) => Promise<void>;

export function createContext(terminal: Terminal, service: Service, json: boolean): CommandContext {
  return {
    terminal,
    service,
    json,
    show: (value, render) =>
      terminal.print(json ? JSON.stringify(value, null, 2) : render(plain(value), terminal)),
  };
}
