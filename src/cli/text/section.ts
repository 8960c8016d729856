import type { Terminal } from '../terminal';
import { wrap } from './wrap';

type Layout = Pick<Terminal, 'style' | 'width'>;

/** A heading and a text below it. */
export function section(heading: string, text: string, { style, width }: Layout): string {
  return `${style.bold(heading)}\n${wrap(text, width, '  ')}`;
}

/** A numbered list, the first thing first. */
export function steps(heading: string, items: readonly string[], { style, width }: Layout): string {
  const lines = items.map((item, index) => {
    const number = `${index + 1}. `.padStart(5);
    return number + wrap(item, width, ' '.repeat(number.length)).trimStart();
  });
  return [style.bold(heading), ...lines].join('\n');
}

/** Names and values in two columns; what has no value is left out. */
export function facts(
  pairs: readonly (readonly [string, string | undefined])[],
  { style, width }: Layout,
): string {
  const present = pairs.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  const column = Math.max(0, ...present.map(([name]) => name.length)) + 2;
  const line = ([name, value]: [string, string]) =>
    style.dim(name.padEnd(column)) + wrap(value, width, ' '.repeat(column)).slice(column);
  return present.map(line).join('\n');
}
