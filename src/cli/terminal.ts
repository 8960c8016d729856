import type { WriteStream } from 'node:tty';
import { printable } from '../contract/text';

/** Where a command writes, and how its text may look there. */
export interface Terminal {
  /** The result, on standard output. */
  print(text: string): void;
  /** What goes on and what went wrong, on standard error: a result in a pipe stays clean. */
  note(text: string): void;
  /** Where standard error is a screen that can redraw a line. */
  readonly live?: LiveLine;
  readonly style: Style;
  /** Columns to wrap at; endless in a pipe, so that a program finds whole lines. */
  readonly width: number;
  /** Columns that a table has; endless in a pipe. */
  readonly columns: number;
}

interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** The last line of the screen. */
interface LiveLine {
  readonly columns: number;
  /** For bars: not every terminal knows block characters. */
  readonly unicode: boolean;
  draw(line: string): void;
  clear(): void;
}

type Screen = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
type Env = Readonly<Record<string, string | undefined>>;

const WIDEST = 100;

/** Colours and wrapping only for a person: not in a pipe, and no colours under `NO_COLOR` or a dumb terminal. */
export function createTerminal(out: Screen, err: Screen, env: Env): Terminal {
  const dumb = env['TERM'] === 'dumb';
  const coloured = out.isTTY && !env['NO_COLOR'] && !dumb;
  const columns = out.isTTY ? out.columns || 80 : Number.POSITIVE_INFINITY;
  const paint = (code: number, end: number) => (text: string) =>
    coloured ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  // Without colours no style is one of ours.
  const safe = coloured ? shown : printable;
  return {
    print: (text) => void out.write(`${safe(text)}\n`),
    note: (text) => void err.write(`${safe(text)}\n`),
    live: err.isTTY && !dumb ? liveLine(err, env) : undefined,
    style: { bold: paint(1, 22), dim: paint(2, 22), good: paint(32, 39), bad: paint(31, 39) },
    width: Math.min(columns, out.isTTY ? WIDEST : columns),
    columns,
  };
}

// eslint-disable-next-line no-control-regex -- an escape is what it looks for
const OWN_STYLE = /(\u001b\[(?:1|2|22|31|32|39)m)/;

/** All that is written passes here: nothing but our own styles controls the terminal, whoever wrote the text. */
function shown(text: string): string {
  return text
    .split(OWN_STYLE)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('');
}

function liveLine(err: Screen, env: Env): LiveLine {
  const erase = '\r\u001b[K';
  return {
    // A terminal wraps when its last column is written: then the line could not be erased.
    get columns() {
      return (err.columns || 80) - 1;
    },
    unicode: /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''),
    draw: (line) => void err.write(erase + shown(line)),
    clear: () => void err.write(erase),
  };
}
