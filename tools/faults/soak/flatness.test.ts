import { flatness } from './flatness';
import type { Vitals } from './vitals';

const MINUTE = 60_000;

/** An hour, of which `grow` says what one process adds in each minute. */
function hour(grow: (minute: number) => Partial<Vitals>): Vitals[] {
  return Array.from({ length: 61 }, (_, minute) => ({
    process: 'other-worker',
    at: minute * MINUTE,
    ageSeconds: minute * 60,
    megabytes: 300,
    files: 40,
    inside: { loopP99Ms: 3, loopMaxMs: 20, resources: 30, heapMegabytes: 90 },
    ...grow(minute),
  }));
}

const notFlat = (vitals: readonly Vitals[]): string[] =>
  flatness({ vitals, from: 0, to: 60 * MINUTE })
    .filter(({ process, isFlat }) => process === 'other-worker' && isFlat === false)
    .map(({ what }) => what);

test('what only grows while it warms up is flat', () => {
  expect(notFlat(hour((minute) => ({ megabytes: Math.min(300, 100 + 40 * minute) })))).toEqual([]);
});

test('memory and files that grow all the time are not flat', () => {
  expect(notFlat(hour((minute) => ({ megabytes: 300 + 3 * minute, files: 40 + minute })))).toEqual([
    'resident MB',
    'open files',
  ]);
});

test('a loop that gets slower is not flat', () => {
  const inside = (minute: number) => ({
    loopP99Ms: 3 + minute,
    loopMaxMs: 100,
    resources: 30,
    heapMegabytes: 90,
  });
  expect(notFlat(hour((minute) => ({ inside: inside(minute) })))).toEqual([
    'delay of the event loop, 99th percentile, ms',
  ]);
});

test('of a few minutes nothing is said', () => {
  const short = flatness({ vitals: hour(() => ({})), from: 0, to: 5 * MINUTE });
  expect(new Set(short.map(({ isFlat }) => isFlat))).toEqual(new Set([undefined]));
});

test('a process that nothing was seen of is not flat', () => {
  expect(notFlat([])).toHaveLength(5);
});
