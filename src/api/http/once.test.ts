import { once } from './once';

test('it runs again after a failure, and never after a success', async () => {
  let runs = 0;
  const prepare = once(async () => {
    if (++runs === 1) throw new Error('not yet');
  });
  await expect(Promise.allSettled([prepare(), prepare()])).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(runs).toBe(1);
  await prepare();
  await prepare();
  expect(runs).toBe(2);
});
