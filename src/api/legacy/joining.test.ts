import { lastOf } from './joining';

test.each([0, 1, 2, 3, 4, 7, 8, 9, 100])('the last of %s is found', async (count) => {
  const asked: number[] = [];
  const last = await lastOf((number) => {
    asked.push(number);
    return Promise.resolve(number <= count ? `no. ${number}` : undefined);
  });
  expect(last).toEqual(count === 0 ? { number: 0 } : { number: count, found: `no. ${count}` });
  expect(asked.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count + 1)) + 1);
});
