import { fresh, once, shared } from './shared-calls';

test('callers at the same time share a call, whether it succeeds or fails; the next one makes another', async () => {
  const call: jest.Mock<Promise<number>> = jest.fn(async () => {
    if (call.mock.calls.length === 2) throw new Error('second');
    return call.mock.calls.length;
  });
  const look = shared(call);
  expect(await Promise.all([look(), look()])).toEqual([1, 1]);
  expect((await Promise.allSettled([look(), look()])).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
  ]);
  expect(await look()).toBe(3);
});

test('an answer is shared until it is too old', async () => {
  let [time, looks] = [0, 0];
  const look = fresh(
    100,
    async () => (looks += 1),
    () => time,
  );
  expect(await Promise.all([look(), look()])).toEqual([1, 1]);
  time = 99;
  expect(await look()).toBe(1);
  time = 100;
  expect(await look()).toBe(2);
});

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
