import { FailedKeys } from './failed-keys';

let now = 0;
let keys: FailedKeys;
const guess = (address: string, times: number) => {
  for (let i = 0; i < times; i++) {
    keys.check(address, `wrong-${i}`);
    keys.failed(address);
  }
};

beforeEach(() => {
  now = 1_000_000;
  keys = new FailedKeys(() => now);
});

test('after 20 wrong keys an address has to wait for the rest of the minute, and no other has', () => {
  guess('a', 20);
  now += 15_000;
  expect(() => keys.check('a', 'right')).toThrow(
    expect.objectContaining({ status: 429, headers: { 'Retry-After': '45' } }),
  );
  expect(() => keys.check('b', 'right')).not.toThrow();
  now += 45_000;
  expect(() => keys.check('a', 'right')).not.toThrow();
});

test('a key that got in from the same address before is not held up', () => {
  keys.succeeded('a', 'right');
  guess('a', 20);
  expect(() => keys.check('a', 'right')).not.toThrow();
  expect(() => keys.check('a', 'wrong')).toThrow();
});

test('whoever has a key of their own cannot guess others in between', () => {
  guess('a', 19);
  keys.check('a', 'right');
  keys.succeeded('a', 'right');
  guess('a', 1);
  expect(() => keys.check('a', 'wrong')).toThrow(expect.objectContaining({ status: 429 }));
});

test('wrong keys that are spread over the minutes are no guessing', () => {
  for (let minute = 0; minute < 5; minute++) {
    guess('a', 19);
    now += 60_000;
  }
  expect(() => keys.check('a', 'right')).not.toThrow();
});
