import { ClientShares } from './client-shares';

function fill(shares: ClientShares, client: string): (() => void)[] {
  const held: (() => void)[] = [];
  for (let leave = shares.enter(client); leave; leave = shares.enter(client)) held.push(leave);
  return held;
}

test('one client alone has half of the slots, and the next ones have half of the rest', () => {
  const shares = new ClientShares(200);
  expect(['a', 'b', 'c', 'd'].map((client) => fill(shares, client).length)).toEqual([100, 50, 25, 12]);
});

test('however many came before it, a client finds a slot', () => {
  const shares = new ClientShares(200);
  for (let n = 0; n < 50; n += 1) expect(fill(shares, `client ${n}`).length).toBeGreaterThanOrEqual(1);
});

test('a slot is given back to all', () => {
  const shares = new ClientShares(8);
  const held = fill(shares, 'a');
  expect(held).toHaveLength(4);
  expect(shares.enter('a')).toBeUndefined();
  held[0]?.();
  expect(shares.enter('a')).toBeDefined();
  for (const leave of held.slice(1)) leave();
  expect(fill(shares, 'b')).toHaveLength(3);
});

test('without a name they are all one client', () => {
  const shares = new ClientShares(4);
  expect([shares.enter(), shares.enter(), shares.enter()].filter(Boolean)).toHaveLength(2);
});
