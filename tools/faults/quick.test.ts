/**
 * A few cells of the fault matrix, one of each kind, at steps that the seed chooses. `npm run faults` runs all of them.
 * A cell that failed comes again with the seed that is in the names of the tests: `FAULT_SEED=7 npx jest …`.
 */
import { allCells, chooseCells } from './cells/cells';
import { nameOf, runCell } from './cells/run-cell';
import { Stack } from './stack';

/** The same one each time, so that a red run tells of the change and not of the dice; `npm run faults` throws them. */
const USUAL_SEED = 99;
const seed = Number(process.env['FAULT_SEED'] ?? USUAL_SEED);

/** One cell of each. From the other build on, the worker keeps no workflow in memory: every step replays. */
const KINDS = [
  'worker: kill -9',
  'worker: another build takes over',
  'api: kill -9',
  'temporal: kill -9',
  'worker: frozen, then awake',
  'worker: SIGTERM',
  'all three: kill -9',
  'cancel over HTTP',
  'UI: terminate',
  'Runway: two in a row',
  'Runway: poison',
  'Temporal and the worker: reset, then refused for 5 s',
];

const chosen = KINDS.flatMap((kind, index) =>
  chooseCells(
    allCells().filter(({ fault }) => fault.name === kind),
    1,
    seed + index,
  ),
);

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start();
});

afterAll(async () => stack?.stop());

test(`seed ${seed} chose a cell of every kind`, () => {
  expect(chosen.map(({ fault }) => fault.name)).toEqual(KINDS);
});

test.each(chosen.map((cell) => [nameOf(cell), cell] as const))(
  `%s (FAULT_SEED=${seed})`,
  async (_name, cell) => {
    const { hit, end, violations } = await runCell(stack, cell);
    expect({ hit, end, violations }).toEqual({
      hit: true,
      end: expect.any(String) as string,
      violations: [],
    });
  },
);
