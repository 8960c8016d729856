import type { Terminal } from '../terminal';
import { wrap } from './wrap';
import { cutText } from '../../contract/text';

type Layout = Pick<Terminal, 'style' | 'columns'>;

const GAP = '  ';
/** A title that is cut shorter than this tells nothing. */
const LEAST = 12;

/**
 * Columns as wide as their widest cell. Where the screen is narrower, the last one is cut: it has words, the others have
 * facts. Where that is not enough either, each row is a paragraph: lines that a terminal breaks cannot be read.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { style, columns }: Layout,
): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const last = widths.pop() ?? 0;
  const room = columns - widths.reduce((sum, width) => sum + width + GAP.length, 0);
  if (room < Math.min(last, LEAST))
    return rows.map((row) => paragraph(head, row, { style, columns })).join('\n');
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .map((cell, column) => (column === widths.length ? cut(cell, room) : cell))
      .join(GAP)
      .trimEnd();
  return [style.bold(line(head)), ...rows.map(line)].join('\n');
}

function paragraph(head: readonly string[], row: readonly string[], { style, columns }: Layout): string {
  const [first = '', ...others] = row;
  const facts = others.flatMap((cell, i) => (cell === '' ? [] : [`${head[i + 1]}: ${cell}`]));
  return `${style.bold(first)}\n${wrap(facts.join(' · '), columns, GAP)}`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${cutText(text, length - 1).trimEnd()}…` : text;
}
