import type { ApiKey } from '../deps';
import { makeSession, openSession } from './session-token';

const SIGNING_KEY = Buffer.alloc(32, 1);
const NOW = new Date('2026-11-23T06:00:00Z');
const LATER = new Date('2026-12-23T06:00:00Z');
const key: ApiKey = { client: 'site', sha256: 'a'.repeat(64) };
const newKey: ApiKey = { client: 'site', sha256: 'b'.repeat(64) };
const other: ApiKey = { client: 'other', sha256: 'a'.repeat(64) };
const token = makeSession(SIGNING_KEY, key, LATER);

test('a session stands for its key until it expires', () => {
  expect(openSession(SIGNING_KEY, [other, key], token, NOW)).toBe(key);
  expect(openSession(SIGNING_KEY, [other, key], token, LATER)).toBeUndefined();
});

test('a session outlives the arrival of a second key, and ends with its own', () => {
  expect(openSession(SIGNING_KEY, [newKey, key], token, NOW)).toBe(key);
  expect(openSession(SIGNING_KEY, [newKey], token, NOW)).toBeUndefined();
});

test.each([
  ['another client', token.replace('site', 'other')],
  ['a later end', token.replace(/\.(\d+)\./, (_all, expires) => `.${Number(expires) + 1}.`)],
  ['another signature', `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
  ['a shorter signature', token.slice(0, -1)],
  ['another random part', token.replace(/\.([^.]{16})\./, '.AAAAAAAAAAAAAAAA.')],
  ['no random part', token.replace(/\.[^.]{16}\./, '.')],
  ['no signature', token.slice(0, token.lastIndexOf('.') + 1)],
  ['nothing', ''],
])('a token with %s is none', (_what, changed) => {
  expect(openSession(SIGNING_KEY, [key, other], changed, NOW)).toBeUndefined();
});

test('no two sessions are the same one', () => {
  expect(makeSession(SIGNING_KEY, key, LATER)).not.toBe(token);
});

test('a token of another installation is none', () => {
  expect(openSession(Buffer.alloc(32, 2), [key], token, NOW)).toBeUndefined();
});
