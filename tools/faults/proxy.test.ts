/**
 * The calls that cost money, broken while they go through a CONNECT proxy: at most one task a generation there too. All of
 * them: `npm run faults -- --through-proxy --only '· create'`.
 */
import { allCells } from './cells/cells';
import { nameOf, runCell } from './cells/run-cell';
import { Stack } from './stack';

/** The claim's ways: nothing sent, sent and no answer, half an answer, refused, and killed on either side of the request. */
const CHOSEN = [
  'Runway: refuses connections for 3 s · submit scheduled',
  'Runway: reset before the request is read · create',
  'Runway: done, and no answer · create',
  'Runway: all of the answer but its last byte · create',
  'Runway: 429 of Runway · create',
  'worker: kill -9 · bytes leaving',
  'worker: kill -9 · task created',
];
const cells = allCells().filter((cell) => CHOSEN.includes(nameOf(cell)));

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({ throughProxy: true });
}, 120_000);
afterAll(async () => stack?.stop(), 60_000);

test('the cells are there', () => {
  expect(cells.map(nameOf).toSorted()).toEqual(CHOSEN.toSorted());
});

test.each(cells.map((cell) => [nameOf(cell), cell] as const))(
  '%s',
  async (_name, cell) => {
    const { hit, violations } = await runCell(stack, cell);
    expect({ hit, violations }).toEqual({ hit: true, violations: [] });
    expect(new Set(stack.tunnels?.targets)).toEqual(new Set([new URL(stack.runwayUrl).host]));
  },
  240_000,
);
