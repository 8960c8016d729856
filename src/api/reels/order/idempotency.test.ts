import { REEL_ID_PATTERN } from '../../../contract/reel';
import { bodyHash, readIdempotencyKey, reelId } from './idempotency';

const real = { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' } as const;
const simulated = { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' } as const;

test('a key names the same reel for ever', () => {
  // A constant: a change of the derivation would let every key in use pay again.
  expect(reelId({ client: 'local', key: 'key', backend: real })).toBe('ag4mn4lcqd7x4jn2wnhjfeev7v');
});

test('clients, keys and backends never share an ID', () => {
  const ids = [
    reelId({ client: 'a', key: 'bc', backend: real }),
    reelId({ client: 'ab', key: 'c', backend: real }),
    reelId({ client: 'a', key: 'bc', backend: simulated }),
    reelId({ client: 'a', backend: real }),
    reelId({ client: 'a', backend: real }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(REEL_ID_PATTERN);
});

test('the hash of a body does not depend on the order of its keys, at any depth, but on all values', () => {
  const one = { a: 1, b: { c: [1, { d: 2, e: 3 }], f: null } };
  const same = { b: { f: null, c: [1, { e: 3, d: 2 }] }, a: 1 };
  expect(bodyHash(same)).toBe(bodyHash(one));
  expect(bodyHash({ ...one, a: '1' })).not.toBe(bodyHash(one));
  expect(bodyHash({ ...one, b: { c: [{ d: 2, e: 3 }, 1], f: null } })).not.toBe(bodyHash(one));
});

test('what is null in a body is absent: the same request, by the same key', () => {
  const body = { promptText: 'Snow', metadata: { event: 'party' } };
  expect(bodyHash({ ...body, seed: null, metadata: { place: null, event: 'party' } })).toBe(bodyHash(body));
  expect(bodyHash({ ...body, fallbacks: [null] })).not.toBe(bodyHash({ ...body, fallbacks: [] }));
});

test.each(['', ' ', 'a\tb', 'ü', 'x'.repeat(256)])('the key %j is refused', (key) => {
  expect(() => readIdempotencyKey(key)).toThrow('1 to 255');
});

test.each([undefined, 'x', 'order 42 / try', 'x'.repeat(255)])('the key %j is taken', (key) => {
  expect(readIdempotencyKey(key)).toBe(key);
});
