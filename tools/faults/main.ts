/**
 * Runs cells of the fault matrix: every fault at every step, one after the other on a service, and several such
 * services side by side.
 *
 *     npm run faults                             everything; writes docs/fault-matrix.md
 *     npm run faults -- --only 'worker: kill'    cells whose name holds this
 *     npm run faults -- --some 20 --seed 7       so many, chosen by the seed
 *     npm run faults -- --minutes 30 --write     as many as there is time for; writes the matrix of those
 *     npm run faults -- --jobs 3                 so many services side by side: most of a cell is waiting
 *     npm run faults -- --through-proxy          the vendor is reached through a CONNECT proxy; writes no matrix
 *     npm run faults -- --upgrade                release 0.1.0 at every step, and today's build goes on; writes
 *                                                upgrade-matrix.md in docs
 *     npm run faults -- --soak                   an hour of load and kills; writes docs/soak.md. Also --minutes 60,
 *                                                --in-flight 200, --kill-every 20, --task-seconds 120, --seed 7
 */
import { parseArgs } from 'node:util';
import { allCells, chooseCells } from './cells/cells';
import { flatness, NEVER_KILLED } from './soak/flatness';
import { FAULT_MATRIX, UPGRADE_MATRIX, writeMatrix } from './cells/matrix';
import { releaseBuild } from './upgrade/release';
import { type Cell, type CellResult, nameOf, runCell } from './cells/run-cell';
import { runSoak, type SoakOptions, type SoakResult } from './soak/soak';
import type { SoakViolation } from './soak/soak-audit';
import { writeSoak } from './soak/soak-report';
import { Stack, type StackOptions } from './stack';
import { UPGRADE_SETTINGS, upgradeCells } from './upgrade/upgrade';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      some: { type: 'string' },
      seed: { type: 'string' },
      minutes: { type: 'string' },
      jobs: { type: 'string' },
      write: { type: 'boolean' },
      dry: { type: 'boolean' },
      upgrade: { type: 'boolean' },
      'through-proxy': { type: 'boolean' },
      soak: { type: 'boolean' },
      'in-flight': { type: 'string', default: '200' },
      'kill-every': { type: 'string', default: '20' },
      'task-seconds': { type: 'string', default: '120' },
    },
  });
  if (values.soak) {
    return runSoakAndReport({
      minutes: Number(values.minutes ?? 60),
      inFlight: Number(values['in-flight']),
      killEverySeconds: Number(values['kill-every']),
      taskSeconds: Number(values['task-seconds']),
      seed: Number(values.seed ?? Date.now() % 100_000),
    });
  }
  const throughProxy = values['through-proxy'] ?? false;
  // Release 0.1.0 knows no proxies.
  if (values.upgrade && throughProxy) throw new Error('--through-proxy and --upgrade exclude each other');
  const release = values.upgrade ? await releaseBuild() : undefined;
  const all = release === undefined ? allCells() : upgradeCells(release);
  const options = release === undefined ? { throughProxy } : { build: release, settings: UPGRADE_SETTINGS };
  const named = all.filter((cell) => nameOf(cell).includes(values.only ?? ''));
  const seed = Number(values.seed ?? Date.now() % 100_000);
  const chosen = values.some === undefined ? named : chooseCells(named, Number(values.some), seed);
  // Those with small disks last: they need a service of their own.
  const cells = chosen.toSorted((a, b) => Number(a.smallDisks ?? false) - Number(b.smallDisks ?? false));
  console.log(`${cells.length} cells${values.some === undefined ? '' : `, seed ${seed}`}`);
  if (values.dry) return cells.forEach((cell) => console.log(nameOf(cell)));

  const until = Date.now() + Number(values.minutes ?? 24 * 60) * 60_000;
  const waiting = [...cells];
  const found = new Map<Cell, CellResult>();
  const next = () => (Date.now() < until ? waiting.shift() : undefined);
  const jobs = Array.from({ length: Number(values.jobs ?? 1) }, () =>
    runCells(options, next, (cell, result) => {
      found.set(cell, result);
      console.log(line(result));
    }),
  );
  await Promise.all(jobs);
  const results = cells.flatMap((cell) => found.get(cell) ?? []);
  const bad = results.filter(({ violations, hit }) => violations.length > 0 || !hit);
  if (!throughProxy && (values.write || results.length === all.length)) {
    await writeMatrix(values.upgrade ? UPGRADE_MATRIX : FAULT_MATRIX, results, all.length);
  }
  console.log(`${results.length - bad.length} cells held, ${bad.length} did not`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}

/** One service, and one cell after the other on it. */
async function runCells(
  options: StackOptions,
  next: () => Cell | undefined,
  report: (cell: Cell, result: CellResult) => void,
): Promise<void> {
  let stack: Stack | undefined;
  try {
    for (let cell = next(); cell; cell = next()) {
      const smallDisks = cell.smallDisks ?? false;
      try {
        if (stack && smallDisks !== (stack.disks !== undefined)) {
          await stack.stop();
          stack = undefined;
        }
        stack ??= await Stack.start({ ...options, smallDisks });
        report(cell, await runCell(stack, cell));
      } catch (error) {
        report(cell, notRun(cell, error));
      }
    }
  } finally {
    await stack?.stop();
  }
}

async function runSoakAndReport(options: SoakOptions): Promise<void> {
  console.log(`soak: ${JSON.stringify(options)}`);
  const result = await runSoak(options);
  const violations = [...result.violations, ...notFlat(result)];
  await writeSoak(result, violations);
  for (const { invariant, what } of violations) console.log(`✗ ${invariant}: ${what}`);
  console.log(`${JSON.stringify(result.ends)}; ${violations.length} violations`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}

function notFlat(result: SoakResult): SoakViolation[] {
  const died = NEVER_KILLED.filter((name) => result.deaths[name] !== undefined);
  return [
    ...died.map((name) => ({ invariant: 'bounded', what: `${name} ended by itself` })),
    ...flatness(result)
      .filter(({ isFlat }) => isFlat === false)
      .map(({ process, what, quarters }) => ({
        invariant: 'bounded',
        what: `${process}: ${what} went from ${quarters[0]?.toFixed(1)} to ${quarters[3]?.toFixed(1)}`,
      })),
  ];
}

function notRun(cell: Cell, error: unknown): CellResult {
  const violations = [{ invariant: 'expected', what: `the cell came to no end: ${String(error)}` }] as const;
  return { name: nameOf(cell), hit: true, end: 'not seen', submits: 0, credits: '', seconds: 0, violations };
}

function line({ name, hit, end, submits, credits, seconds, violations }: CellResult): string {
  const mark = violations.length > 0 ? '✗' : hit ? '✓' : '?';
  const facts = `${end}, ${submits} submit${submits === 1 ? '' : 's'}, ${credits} credits, ${seconds} s`;
  const found = violations.map(({ invariant, what }) => `\n    ${invariant}: ${what}`).join('');
  return `${mark} ${name}: ${hit ? '' : 'the step did not come; '}${facts}${found}`;
}

// Only a process that exits takes its children and its disks with it; one that a signal ends does not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
