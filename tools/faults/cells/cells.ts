import { dataCells } from './data-cells';
import { PROCESS_FAULTS } from './faults';
import { networkCells } from './network-cells';
import { OPERATOR_FAULTS } from './operator-faults';
import { seededRandom } from '../seeded-random';
import type { Cell } from './run-cell';
import { STEPS } from './steps';

/** Every fault of a process at every step, and every fault of a line, a disk or an answer at the calls it can hit. */
export function allCells(): Cell[] {
  const everywhere = [...PROCESS_FAULTS, ...OPERATOR_FAULTS];
  return [
    ...everywhere.flatMap((fault) => STEPS.map((step) => ({ step, fault }))),
    ...networkCells(),
    ...dataCells(),
  ];
}

/** So many cells, the same ones for the same seed. */
export function chooseCells(cells: readonly Cell[], count: number, seed: number): Cell[] {
  const random = seededRandom(seed);
  return cells
    .map((cell) => ({ cell, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ cell }) => cell);
}
