/**
 * Runs cells of the fault matrix: every fault at every step, one after the other on one service.
 *
 *     npm run faults                             everything; writes docs/fault-matrix.md
 *     npm run faults -- --only 'worker: kill'    cells whose name holds this
 *     npm run faults -- --some 20 --seed 7       so many, chosen by the seed
 */
import { parseArgs } from 'node:util';
import { allCells, chooseCells } from './cells';
import { writeMatrix } from './matrix';
import { type CellResult, nameOf, runCell } from './run-cell';
import { Stack } from './stack';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      some: { type: 'string' },
      seed: { type: 'string' },
      dry: { type: 'boolean' },
    },
  });
  const named = allCells().filter((cell) => nameOf(cell).includes(values.only ?? ''));
  const seed = Number(values.seed ?? Date.now() % 100_000);
  const cells = values.some === undefined ? named : chooseCells(named, Number(values.some), seed);
  console.log(`${cells.length} cells${values.some === undefined ? '' : `, seed ${seed}`}`);
  if (values.dry) return cells.forEach((cell) => console.log(nameOf(cell)));

  const stack = await Stack.start();
  const results: CellResult[] = [];
  try {
    for (const cell of cells) {
      const result = await runCell(stack, cell);
      results.push(result);
      console.log(line(result));
    }
  } finally {
    await stack.stop();
  }
  const bad = results.filter(({ violations, hit }) => violations.length > 0 || !hit);
  if (values.only === undefined && values.some === undefined) await writeMatrix(results);
  console.log(`${results.length - bad.length} cells held, ${bad.length} did not`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}

function line({ name, hit, end, submits, credits, seconds, violations }: CellResult): string {
  const mark = violations.length > 0 ? '✗' : hit ? '✓' : '?';
  const facts = `${end}, ${submits} submit${submits === 1 ? '' : 's'}, ${credits} credits, ${seconds} s`;
  const found = violations.map(({ invariant, what }) => `\n    ${invariant}: ${what}`).join('');
  return `${mark} ${name}: ${hit ? '' : 'the step did not come; '}${facts}${found}`;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
