import type { MetricMeter } from '@temporalio/common';
import { count } from './measure';

test.each([
  [80, 80],
  [0.6, 1],
  [-80, 0],
  [Number.NaN, 0],
])(
  'a counter is given whole numbers from 0 on, whatever a sum came to: %p counts as %p',
  (value, counted) => {
    const added: number[] = [];
    const counter = { add: (by: number) => added.push(by) };
    const meter = { createCounter: () => counter } as unknown as MetricMeter;
    count(meter, 'creditsCharged', value, {});
    expect(added).toEqual([counted]);
  },
);
