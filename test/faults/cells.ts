import { dataCells } from './data-cells';
import { PROCESS_FAULTS } from './faults';
import { networkCells } from './network-cells';
import { OPERATOR_FAULTS } from './operator-faults';
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
  const random = generator(seed);
  return cells
    .map((cell) => ({ cell, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ cell }) => cell);
}

/** Mulberry32: small, and good enough to choose by. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
