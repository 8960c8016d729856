/** One line of the table. */
export interface Result {
  readonly what: string;
  readonly result: string;
  /** Absent: measured for the reader, and held against nothing. */
  readonly target?: string;
  readonly missed?: boolean;
}

/**
 * Measures something with processes of its own, and ends them.
 *
 * @param env for the processes: without secrets, and without settings of this machine.
 */
export type Part = (env: NodeJS.ProcessEnv) => Promise<Result[]>;

/** A number with its unit, and as many decimals as are worth reading. */
export interface Unit {
  readonly unit: string;
  readonly decimals?: number;
}

export function fact(what: string, value: number, unit: Unit): Result {
  return { what, result: withUnit(value, unit) };
}

export function atMost(what: string, value: number, limit: number, unit: Unit): Result {
  return { ...fact(what, value, unit), target: `≤ ${limit} ${unit.unit}`, missed: !(value <= limit) };
}

export function atLeast(what: string, value: number, limit: number, unit: Unit): Result {
  return { ...fact(what, value, unit), target: `≥ ${limit} ${unit.unit}`, missed: !(value >= limit) };
}

function withUnit(value: number, { unit, decimals = 1 }: Unit): string {
  return `${value.toFixed(decimals)} ${unit}`;
}
