import type { Result } from './result';

const HEAD = ['what', 'target', 'result', ''];

/** The results as a Markdown table that is also readable as it stands. */
export function table(results: readonly Result[]): string {
  const rows = results.map(({ what, target, result, missed }) => [
    what,
    target ?? '',
    result,
    target === undefined ? '' : missed ? 'MISSED' : 'met',
  ]);
  const widths = HEAD.map((title, column) =>
    Math.max(3, ...[[...HEAD], ...rows].map((row) => row[column]?.length ?? title.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
