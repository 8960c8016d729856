import { InvalidArgumentError } from 'commander';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `90s`, `10m`, `3h` or `2d`, for an option. @throws InvalidArgumentError */
export function toMilliseconds(text: string): number {
  const [, number, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  if (unit === undefined)
    throw new InvalidArgumentError('It must be a duration, such as 90s, 10m, 3h or 2d.');
  return Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
