import { clockCells } from './data-clock';
import { fullDiskCells, leftoverCells, lockedCells } from './data-disk';
import { poisonCells } from './data-poison';
import type { Cell } from './run-cell';

export function dataCells(): Cell[] {
  return [...poisonCells(), ...fullDiskCells(), ...lockedCells(), ...leftoverCells(), ...clockCells()];
}
