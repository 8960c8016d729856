import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { INVARIANTS } from '../auditor/auditor';
import type { CellResult } from './run-cell';

interface Matrix {
  /** Below docs. */
  readonly file: string;
  readonly title: string;
  /** What was done, and how: Markdown, a line each. */
  readonly about: readonly string[];
}

export const FAULT_MATRIX: Matrix = {
  file: 'fault-matrix.md',
  title: 'Fault matrix',
  about: [
    'What a fault at each step of a reel does to it, and to the bill. Made by `npm run faults`, which runs the real',
    'service as processes of its own and strikes from outside, while the step stands still; how it does so is in',
    '[testing.md](testing.md). Times are those of the test (a poll every 500 ms, `HEARTBEAT_TIMEOUT` and',
    '`SUBMIT_TIMEOUT` 3 s, the time for a decision 2 s) on a small machine. Where the worker dies in the middle of the',
    'paid request, nobody knows whether a task exists: the reel asks, nobody answers in 2 s, and it ends as',
    '`submit_outcome_unknown` with the possible charge as uncertain (`80?`). That is no loss in silence.',
  ],
};

export const UPGRADE_MATRIX: Matrix = {
  file: 'upgrade-matrix.md',
  title: 'Upgrade matrix',
  about: [
    'What becomes of a reel, and of the bill, when release 0.1.0 is stopped at a step and today’s build goes on over the',
    'same `DATA_DIR` and the same Temporal. Made by `npm run faults -- --upgrade` with the real build of 0.1.0; how is in',
    '[testing.md](testing.md). Where the worker dies in the middle of the paid request, nobody knows whether a task exists:',
    'the reel asks, somebody abandons it, and it ends as `submit_outcome_unknown` with the possible charge as uncertain',
    '(`80?`), as it does without an upgrade.',
  ],
};

/**
 * Writes the page: what each fault at each step did to the reel, and to the bill.
 *
 * @param ofCells how many cells there are in all: a page of some says so.
 */
export async function writeMatrix(
  { file, title, about }: Matrix,
  results: readonly CellResult[],
  ofCells: number,
): Promise<void> {
  const target = path.resolve(__dirname, '../../../docs', file);
  const page = [
    `# ${title}`,
    '',
    ...about,
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
  const options = await resolveConfig(target);
  writeFileSync(target, await format(page, { ...options, parser: 'markdown' }));
}

function faultOf({ name }: CellResult): string {
  return name.split(' · ')[0] ?? '';
}

function row({ name, hit, end, submits, credits, seconds, violations }: CellResult): string {
  const held = violations.length > 0 ? violations.map(({ what }) => what).join('; ') : 'yes';
  const step = name.split(' · ')[1] ?? '';
  return `| ${[step, hit ? end : `${end}; the step does not come`, submits, credits, seconds, held].join(' | ')} |`;
}
