import { SlotShares } from './slot-shares';

const SLOTS = 200;

/** Takes as much as there is. @returns the slots that it got. */
function takeAll(shares: SlotShares, client: string, receiver?: (n: number) => string): number {
  let got = 0;
  while (shares.take(client, receiver?.(got))) got += 1;
  return got;
}

const one = () => 'https://silent.example';
const another = (n: number) => `https://silent-${n}.example`;

test('a client alone gets half of the slots, one receiver of it a third, and its others the rest', () => {
  const shares = new SlotShares(SLOTS);
  expect(takeAll(shares, 'a', one)).toBe(67);
  expect(takeAll(shares, 'a', another)).toBe(33);
  expect(shares.inUse('a')).toBe(100);
});

test('where a client has no parts, one alone gets half of the slots, and the next ones half of the rest', () => {
  const shares = new SlotShares(SLOTS);
  expect(['a', 'b', 'c', 'd'].map((client) => takeAll(shares, client))).toEqual([100, 50, 25, 13]);
});

test('however many came before it, a client finds a slot where one is free', () => {
  const shares = new SlotShares(SLOTS);
  const each = Array.from({ length: 50 }, (_, n) => takeAll(shares, `client ${n}`));
  expect(each.reduce((sum, got) => sum + got)).toBe(SLOTS);
  expect(each.findIndex((got) => got === 0)).toBeGreaterThan(6);
});

test.each([1, 2, 5, 20])(
  '%i greedy clients each leave for the next one what they have themselves',
  (count) => {
    const shares = new SlotShares(SLOTS);
    const clients = Array.from({ length: count }, (_, n) => `client ${n}`);
    // In turns, as they would come; the shares of those who came first shrink as slots are given back.
    for (let round = 0; round < SLOTS; round += 1) {
      for (const client of clients) shares.take(client, another(round));
    }
    const fair = Math.floor(SLOTS / (count + 1));
    for (const client of clients) expect(shares.inUse(client)).toBeGreaterThanOrEqual(fair);
    expect(takeAll(shares, 'the next one', another)).toBeGreaterThanOrEqual(Math.floor(fair / 2));
  },
);

test('a slot that is given back can be taken again, and nothing is remembered of who has none', () => {
  const shares = new SlotShares(2);
  const give = shares.take('a', 'r');
  expect([give === undefined, shares.take('a', 'r')]).toEqual([false, undefined]);
  give?.();
  expect(shares.inUse('a')).toBe(0);
  expect(shares.take('a', 'r')).toBeDefined();
  expect(Object.values(shares).some((value) => value instanceof Map && value.size > 1)).toBe(false);
});
