import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { INVARIANTS } from './auditor';
import type { CellResult } from './run-cell';

const FILE = path.resolve(__dirname, '../../docs/fault-matrix.md');

/**
 * Writes docs/fault-matrix.md: what each fault at each step did to the reel, and to the bill.
 *
 * @param ofCells how many cells there are in all: a page of some says so.
 */
export async function writeMatrix(results: readonly CellResult[], ofCells: number): Promise<void> {
  const page = [
    '# Fault matrix',
    '',
    'What a fault at each step of a reel does to it, and to the bill. Made by `npm run faults`, which runs the real',
    'service as processes of its own and strikes from outside, while the step stands still; how it does so is in',
    '[testing.md](testing.md). Times are those of the test (a poll every 500 ms, `HEARTBEAT_TIMEOUT` and',
    '`SUBMIT_TIMEOUT` 3 s, the time for a decision 2 s) on a small machine. Where the worker dies in the middle of the',
    'paid request, nobody knows whether a task exists: the reel asks, nobody answers in 2 s, and it ends as',
    '`submit_outcome_unknown` with the possible charge as uncertain (`80?`). That is no loss in silence.',
    '',
    'After each cell an auditor that sees only the outside (the vendor’s books, the webhooks that came, the files, the',
    'answers of the API, logs and histories) held it against these:',
    '',
    ...Object.values(INVARIANTS).map((words) => `- ${words}`),
    '',
    `**${results.filter(({ violations }) => violations.length === 0).length} of ${results.length} cells held.** There are ${ofCells} in all.`,
    '',
    ...[...new Set(results.map(faultOf))].flatMap((fault) => [
      `## ${fault}`,
      '',
      '| step | end of the reel | tasks at Runway | credits | seconds to the end | held |',
      '| --- | --- | --- | --- | --- | --- |',
      ...results.filter((result) => faultOf(result) === fault).map(row),
      '',
    ]),
  ].join('\n');
  const options = await resolveConfig(FILE);
  writeFileSync(FILE, await format(page, { ...options, parser: 'markdown' }));
}

function faultOf({ name }: CellResult): string {
  return name.split(' · ')[0] ?? '';
}

function row({ name, hit, end, submits, credits, seconds, violations }: CellResult): string {
  const held = violations.length > 0 ? violations.map(({ what }) => what).join('; ') : 'yes';
  const step = name.split(' · ')[1] ?? '';
  return `| ${[step, hit ? end : `${end}; the step does not come`, submits, credits, seconds, held].join(' | ')} |`;
}
