import type { CheckState, DoctorReport } from '../doctor/check';
import type { Terminal } from '../terminal';
import { facts } from './section';
import { wrap } from './wrap';

const MARKS = { good: '✓', warning: '!', bad: '✗', unknown: '?' } as const satisfies Record<
  CheckState,
  string
>;

/** The doctor's report: a line for each check, with the cure below what is not good. */
export function renderChecks({ checks, links }: DoctorReport, terminal: Terminal): string {
  const { style, width } = terminal;
  const paint: Record<CheckState, (text: string) => string> = {
    good: style.good,
    warning: style.bold,
    bad: style.bad,
    unknown: style.dim,
  };
  const column = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const indent = ' '.repeat(column + 2);
  const lines = checks.map(({ name, state, finding, cure }) =>
    [
      `${paint[state](MARKS[state])} ${name.padEnd(column)}${wrap(finding, width, indent).trimStart()}`,
      ...(cure === undefined ? [] : [wrap(`→ ${cure}`, width, indent)]),
    ].join('\n'),
  );
  return [...lines, '', style.bold('Where to look'), facts(Object.entries(links), terminal)].join('\n');
}
