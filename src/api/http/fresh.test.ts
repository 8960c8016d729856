import { fresh } from './fresh';

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
