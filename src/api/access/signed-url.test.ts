import { checkSignature, signPath } from './signed-url';

const key = Buffer.alloc(32, 1);
const now = new Date('2026-11-23T06:00:00Z');
const path = '/v1/reels/a/video';
const queryOf = (url: string) => Object.fromEntries(new URL(url, 'http://x').searchParams);
const query = queryOf(signPath(key, path, now));

test('a signed path is valid for 24 hours', () => {
  const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
  expect(checkSignature(key, path, query, now)).toBe('valid');
  expect(checkSignature(key, path, query, at(23.99))).toBe('valid');
  expect(checkSignature(key, path, query, at(24))).toBe('expired');
});

test('without a signature there is nothing to check', () => {
  expect(checkSignature(key, path, {}, now)).toBe('absent');
});

test.each([
  ['another path', '/v1/reels/b/video', query],
  ['a later expiry', path, { ...query, expires: '9999999999' }],
  ['a longer number', path, { ...query, expires: `0${query['expires']}` }],
  ['a cut signature', path, { ...query, signature: query['signature']?.slice(1) }],
  ['no signature', path, { expires: query['expires'] }],
  ['no expiry', path, { signature: query['signature'] }],
  ['a signature twice', path, { ...query, signature: [query['signature'], query['signature']] }],
  ['another key', path, queryOf(signPath(Buffer.alloc(32, 2), path, now))],
])('%s is invalid', (_what, asked, given) => {
  expect(checkSignature(key, asked, given, now)).toBe('invalid');
});
