import { BodyBudget, type BodyOwner } from './body-budget';

const MB = 1_000_000;
const alice: BodyOwner = { kind: 'client', name: 'alice' };
const bob: BodyOwner = { kind: 'client', name: 'bob' };
const address: BodyOwner = { kind: 'address', name: '192.0.2.1' };
const large = { small: false };
const small = { small: true };

test('one caller may hold half of all bytes, all callers together what is left of 64 MB for large bodies', () => {
  const budget = new BodyBudget();
  const own = budget.open(alice, large);
  own.grow(32 * MB);
  expect(() => budget.open(alice, large).grow(1)).toThrow('Too many');
  budget.open(bob, large).grow(28 * MB);
  expect(() => budget.open({ kind: 'client', name: 'carol' }, large).grow(1)).toThrow('Too many');
  // Whoever signs in, or cancels, has room beside them.
  expect(() => budget.open(address, small).grow(4_000)).not.toThrow();
  own.release();
  expect(() => budget.open({ kind: 'client', name: 'carol' }, large).grow(28 * MB)).not.toThrow();
});

test('what has arrived counts as long as it is, until it is released, and once', () => {
  const budget = new BodyBudget();
  const body = budget.open(alice, large);
  body.grow(32 * MB);
  body.arrived(MB);
  const other = budget.open(alice, large);
  other.grow(31 * MB);
  expect(() => other.grow(1)).toThrow('Too many');
  body.release();
  body.release();
  other.grow(MB);
  expect(() => other.grow(1)).toThrow('Too many');
});

test('a client has 128 bodies under way, and the next is refused', () => {
  const budget = new BodyBudget();
  const bodies = Array.from({ length: 128 }, () => budget.open(alice, large));
  expect(() => budget.open(alice, large)).toThrow('Too many');
  expect(() => budget.open(bob, large)).not.toThrow();
  bodies[5]?.arrived(0);
  expect(() => budget.open(alice, large)).not.toThrow();
});

test('of an address that has 16 under way, the oldest makes room', () => {
  const budget = new BodyBudget();
  const evicted: number[] = [];
  const open = (number: number) => {
    const lease = budget.open(address, small);
    lease.onEvicted(() => {
      evicted.push(number);
      lease.release();
    });
    return lease;
  };
  const [, second] = Array.from({ length: 16 }, (_, i) => open(i));
  expect(evicted).toEqual([]);
  open(16);
  second?.arrived(10);
  open(17);
  open(18);
  expect(evicted).toEqual([0, 2]);
});

test('nothing is remembered of a caller that holds nothing', () => {
  const budget = new BodyBudget();
  const first = budget.open(address, small);
  first.grow(10);
  first.release();
  const second = budget.open(address, small);
  first.release();
  second.grow(32 * MB);
  expect(() => budget.open(address, small).grow(1)).toThrow('Too many');
});
