import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../contract/duration';

/** Milliseconds of `90s`, `10m`, `3h` or `2d`, for an option. @throws InvalidArgumentError */
export function toMilliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('It must be a duration, such as 90s, 10m, 3h or 2d.');
  return ms;
}
