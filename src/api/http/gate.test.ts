import { createGate } from './gate';

test('no more than the limit runs at once, and everybody has a turn, also after a failure', async () => {
  const gate = createGate(3);
  let running = 0;
  let most = 0;
  const call = (n: number) =>
    gate(async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      if (n % 2) throw new Error('odd');
      return n;
    });
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => call(n)));
  expect(most).toBe(3);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
});

describe('with a line that has an end', () => {
  const forever = () => new Promise<never>(() => {});
  const bounds = { length: 2, patienceMs: 1_000, refusal: () => new Error('busy') };

  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('whoever finds it full is refused at once, whoever waits too long when the patience ends', async () => {
    const gate = createGate(1, bounds);
    const call = jest.fn(forever);
    void gate(call);
    const waiting = [gate(call), gate(call)].map((waits) => expect(waits).rejects.toThrow('busy'));
    await expect(gate(call)).rejects.toThrow('busy');
    await jest.advanceTimersByTimeAsync(1_000);
    await Promise.all(waiting);
    expect(call).toHaveBeenCalledTimes(1);
  });

  test('a place that becomes free goes to the first in line, and the line has room again', async () => {
    const gate = createGate(1, bounds);
    let leave = () => {};
    const first = gate(() => new Promise<void>((resolve) => (leave = resolve)));
    const second = gate(async () => 'second');
    const third = gate(async () => 'third');
    leave();
    await first;
    expect(await Promise.all([second, third])).toEqual(['second', 'third']);
    expect(await gate(async () => 'fourth')).toBe('fourth');
    expect(jest.getTimerCount()).toBe(0);
  });
});
