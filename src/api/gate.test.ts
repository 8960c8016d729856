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
