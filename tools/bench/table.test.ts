import { atLeast, atMost, fact } from './result';
import { table } from './table';

test('the table says of each limit whether it was met', () => {
  const seconds = { unit: 's' };
  expect(
    table([
      fact('a fact', 1.25, seconds),
      atMost('short', 3, 3, seconds),
      atMost('too long', 3.1, 3, seconds),
      atLeast('far', 5, 5, seconds),
      atLeast('too near', 4.9, 5, seconds),
    ]),
  ).toBe(
    [
      '| what     | target | result |        |',
      '| -------- | ------ | ------ | ------ |',
      '| a fact   |        | 1.3 s  |        |',
      '| short    | ≤ 3 s  | 3.0 s  | met    |',
      '| too long | ≤ 3 s  | 3.1 s  | MISSED |',
      '| far      | ≥ 5 s  | 5.0 s  | met    |',
      '| too near | ≥ 5 s  | 4.9 s  | MISSED |',
    ].join('\n'),
  );
});

test('what could not be measured misses its limit', () => {
  expect(atMost('nothing', Number.NaN, 3, { unit: 's' }).missed).toBe(true);
  expect(atLeast('nothing', Number.NaN, 3, { unit: 's' }).missed).toBe(true);
});
