import { shared } from './shared';

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
