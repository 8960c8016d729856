import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { quantile } from '../../bench/statistics';
import { INVARIANTS } from '../auditor/auditor';
import { flatness } from './flatness';
import type { SoakViolation } from './soak-audit';
import type { SoakResult } from './soak';
import type { Victim } from './soak-kills';

const FILE = path.resolve(__dirname, '../../../docs/soak.md');
const VICTIMS: readonly Victim[] = ['worker', 'api', 'temporal', 'all three'];

/** Writes docs/soak.md: what an hour of load and kills did to the reels, the bill and the processes. */
export async function writeSoak(result: SoakResult, violations: readonly SoakViolation[]): Promise<void> {
  const { options, kills, vitals } = result;
  const reels = Object.values(result.ends).reduce((sum, count) => sum + count, 0);
  const killed = ['worker', 'api', 'temporal', 'harness'];
  const page = [
    '# Soak',
    '',
    `What ${options.minutes} minutes with ${options.inFlight} reels in flight and a \`kill -9\` every ${options.killEverySeconds} s did to the reels, the bill and the`,
    'processes. A worker, the API, Temporal, or all three are killed and started again at once; the seed chooses which.',
    'A second worker and a second API are never killed: memory, handles and the delay of the event loop are judged on those.',
    'How the service is run and judged is in [testing.md](testing.md); the same auditor judges the cells of the [fault matrix](fault-matrix.md).',
    '',
    '```sh',
    `npm run faults -- --soak --minutes ${options.minutes} --in-flight ${options.inFlight} --kill-every ${options.killEverySeconds} --task-seconds ${options.taskSeconds} --seed ${options.seed}`,
    '```',
    '',
    `Machine: ${result.machine}. The harness, the simulator, Temporal, two workers and two APIs shared it. \`POLL_INTERVAL\` was 5 s, \`HEARTBEAT_TIMEOUT\` 30 s.`,
    '',
    `**${violations.length} violations.**`,
    '',
    ...violations.slice(0, 50).map(({ invariant, what }) => `- ${invariant}: ${what}`),
    '',
    '## What was done',
    '',
    '| what | how many |',
    '| --- | --- |',
    `| reels accepted | ${reels} |`,
    `| reels in flight, as Temporal counts them: median (least, most) | ${spread(result.inFlight)} |`,
    ...Object.entries(result.ordered).map(([kind, count]) => `| ordered: ${kind} | ${count} |`),
    ...VICTIMS.map(
      (victim) => `| kills: ${victim} | ${kills.filter((kill) => kill.victim === victim).length} |`,
    ),
    ...Object.entries(result.deaths).map(
      ([name, count]) => `| ended by itself and started again: ${name} | ${count} |`,
    ),
    `| Runway tasks | ${result.tasks} |`,
    `| polls of tasks | ${result.polls} |`,
    `| webhooks received, repeats included | ${result.webhooks} |`,
    '',
    '## How the reels ended',
    '',
    '| end | reels |',
    '| --- | --- |',
    ...Object.entries(result.ends)
      .sort(([, a], [, b]) => b - a)
      .map(([end, count]) => `| ${end} | ${count} |`),
    '',
    '`submit_outcome_unknown`: the worker died in the middle of the paid request and nobody decided within 10 s, as',
    `[guarantees.md](guarantees.md) says. The vendor charged ${result.credits.vendor} credits; the reels say ${result.credits.charged} charged and up to ${result.credits.uncertain} more.`,
    '',
    'Each reel was held against these (replays, histories, records and what a stranger sees, of',
    `${result.sampled} of them):`,
    '',
    ...Object.values(INVARIANTS).map((words) => `- ${words}`),
    '',
    '## How soon it went on',
    '',
    '| from | to | median | 95 of 100 | most |',
    '| --- | --- | --- | --- | --- |',
    ...VICTIMS.filter((victim) => victim !== 'worker').map((victim) => {
      const times = kills.flatMap((kill) =>
        kill.victim === victim && kill.answeredAfterMs !== undefined ? kill.answeredAfterMs / 1_000 : [],
      );
      return `| death of ${victim} | ${victim === 'temporal' ? 'the other' : 'the'} API lists reels | ${quantiles(times)} |`;
    }),
    `| death of a worker | next poll of each of its tasks (${result.waits.length}) | ${quantiles(result.waits)} |`,
    `| first try of a POST | its answer | ${quantiles(result.answers)} |`,
    `| answer to a plain order | its end, of which the task takes ${options.taskSeconds} s | ${quantiles(result.plainReels)} |`,
    '',
    '## Processes that were never killed',
    '',
    'Medians of each quarter of the time, the first twelfth of it left out.',
    '',
    '| process | what | 1st | 2nd | 3rd | 4th | flat |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...flatness(result).map(
      ({ process, what, quarters, isFlat }) =>
        `| ${[process, what, ...quarters.map((value) => value.toFixed(1)), isFlat === undefined ? 'too short to tell' : isFlat ? 'yes' : 'no'].join(' | ')} |`,
    ),
    '',
    '## Processes that were killed, and the harness',
    '',
    '| process | resident MB: median, most | open files: median, most | oldest, in s |',
    '| --- | --- | --- | --- |',
    ...killed.map((name) => {
      const own = vitals.filter(({ process }) => process === name);
      const megabytes = own.map((one) => one.megabytes);
      const files = own.map((one) => one.files);
      const oldest = Math.max(...own.map(({ ageSeconds }) => ageSeconds));
      return `| ${name} | ${middleAndMost(megabytes)} | ${middleAndMost(files)} | ${oldest.toFixed(0)} |`;
    }),
    '',
    `A reel's history has ${middleAndMost(result.histories)} events (median, most).`,
    '',
  ].join('\n');
  const prettierOptions = await resolveConfig(FILE);
  writeFileSync(FILE, await format(page, { ...prettierOptions, parser: 'markdown' }));
}

function quantiles(seconds: readonly number[]): string {
  return [0.5, 0.95, 1]
    .map((share) => (seconds.length === 0 ? '–' : `${quantile(seconds, share).toFixed(1)} s`))
    .join(' | ');
}

function spread(counts: readonly number[]): string {
  return `${quantile(counts, 0.5)} (${quantile(counts, 0)}, ${quantile(counts, 1)})`;
}

function middleAndMost(values: readonly number[]): string {
  return `${quantile(values, 0.5).toFixed(0)}, ${quantile(values, 1).toFixed(0)}`;
}
