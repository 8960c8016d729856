import { Turns } from './turns';

/** Works that end when the test says so, in the order in which they began. */
function works() {
  const began: string[] = [];
  const ends: (() => void)[] = [];
  return {
    began,
    work: (name: string) => () =>
      new Promise<void>((resolve) => {
        began.push(name);
        ends.push(resolve);
      }),
    async endOne() {
      ends.shift()?.();
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

test('only so many run at once, and what is nearest when one ends is next, not what came first', async () => {
  const turns = new Turns<string>(2);
  const { began, work, endOne } = works();
  let scrolled = 0;
  const at = (place: number) => () => Math.abs(place - scrolled);
  const all = [0, 1, 2, 3, 50, 51].map((place) => turns.take(`${place}`, at(place), work(`${place}`)));
  expect(began).toEqual(['0', '1']);
  scrolled = 50;
  await endOne();
  await endOne();
  expect(began).toEqual(['0', '1', '50', '51']);
  scrolled = 2;
  for (let n = 0; n < 4; n += 1) await endOne();
  expect(began).toEqual(['0', '1', '50', '51', '2', '3']);
  await Promise.all(all);
});

test('of equally near ones the first that came is next', async () => {
  const turns = new Turns<string>(1);
  const { began, work, endOne } = works();
  const all = ['a', 'b', 'c'].map((name) => turns.take(name, () => 0, work(name)));
  for (let n = 0; n < 3; n += 1) await endOne();
  await Promise.all(all);
  expect(began).toEqual(['a', 'b', 'c']);
});

test('one that has moved waits at its new place; one that runs, or is not known, is left alone', async () => {
  const turns = new Turns<string>(1);
  const { began, work, endOne } = works();
  const far = () => 9;
  const all = ['runs', 'gone', 'here'].map((name) => turns.take(name, far, work(name)));
  for (const name of ['runs', 'here', 'unknown']) turns.move(name, () => 0);
  for (let n = 0; n < 3; n += 1) await endOne();
  await Promise.all(all);
  expect(began).toEqual(['runs', 'here', 'gone']);
});

test('one that fails makes room', async () => {
  const turns = new Turns<string>(1);
  const failing = turns.take(
    'bad',
    () => 0,
    () => Promise.reject(new Error('no picture')),
  );
  const next = turns.take(
    'good',
    () => 0,
    () => Promise.resolve('picture'),
  );
  await expect(failing).rejects.toThrow('no picture');
  await expect(next).resolves.toBe('picture');
});
