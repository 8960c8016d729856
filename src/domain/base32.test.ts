import fc from 'fast-check';
import { base32 } from './base32';
import { REEL_ID_PATTERN } from '../contract/reel';

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
