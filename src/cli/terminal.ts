import type { WriteStream } from 'node:tty';

/** Where a command writes, and how its text may look there. */
export interface Terminal {
  /** The result, on standard output. */
  print(text: string): void;
  /** What went wrong, on standard error. */
  complain(text: string): void;
  readonly style: Style;
  /** Columns to wrap at; endless in a pipe, so that a program finds whole lines. */
  readonly width: number;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

const WIDEST = 100;

/** Colours and wrapping only for a person: not in a pipe, and no colours under `NO_COLOR` or a dumb terminal. */
export function createTerminal(
  out: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>,
  err: Pick<WriteStream, 'write'>,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const coloured = out.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const paint = (code: number, end: number) => (text: string) =>
    coloured ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  return {
    print: (text) => void out.write(`${text}\n`),
    complain: (text) => void err.write(`${text}\n`),
    style: { bold: paint(1, 22), dim: paint(2, 22), good: paint(32, 39), bad: paint(31, 39) },
    width: out.isTTY ? Math.min(out.columns || 80, WIDEST) : Number.POSITIVE_INFINITY,
  };
}
