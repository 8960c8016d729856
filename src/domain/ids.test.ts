import fc from 'fast-check';
import { REEL_ID_PATTERN } from '../contract/reel';
import { base32, reelIdOf, workflowIdOf } from './ids';

const ID = 'abcdefghijklmnopqrstuvwx27';

test.each([ID, `sim-${ID}`])('the workflow of %s leads back to it', (id) => {
  expect(workflowIdOf(id)).toBe(`reel-${id}`);
  expect(reelIdOf(workflowIdOf(id))).toBe(id);
});

test.each([
  '',
  'reel-',
  ID,
  `REEL-${ID}`,
  `reel-${ID}a`,
  `reel-${ID.slice(1)}`,
  `reel-${ID.toUpperCase()}`,
  `reel-reel-${ID}`,
  `copy-of-reel-${ID}`,
  `reel-sim-sim-${ID}`,
  `reel-${ID}\n`,
  `reel-../${ID.slice(3)}`,
  `reel-${ID.replace('a', '1')}`,
])('the workflow ID %j names no reel of ours', (workflowId) => {
  expect(reelIdOf(workflowId)).toBeUndefined();
});

// RFC 4648, section 10, in lower case and without padding.
test.each([
  ['', ''],
  ['f', 'my'],
  ['fo', 'mzxq'],
  ['foo', 'mzxw6'],
  ['foob', 'mzxw6yq'],
  ['fooba', 'mzxw6ytb'],
  ['foobar', 'mzxw6ytboi'],
])('%j is %j', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});

test('different bytes have different texts', () => {
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(fc.property(bytes, bytes, (a, b) => (base32(a) === base32(b)) === (Buffer.compare(a, b) === 0)));
});

test('the first 26 characters of a SHA-256 are the ID of a reel', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) =>
      REEL_ID_PATTERN.test(base32(hash).slice(0, 26)),
    ),
  );
});
