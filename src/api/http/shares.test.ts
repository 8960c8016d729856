import { Shares } from './shares';

test('each may have as many as all others', () => {
  const shares = new Shares(2);
  const first = shares.take('alice');
  shares.take('alice');
  expect(shares.take('alice')).toBeUndefined();
  expect(shares.take('bob')).toBeDefined();
  first?.();
  first?.();
  expect(shares.take('alice')).toBeDefined();
  expect(shares.take('alice')).toBeUndefined();
});
