/** Whose request it is, without HTTP around it. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from 'express';
import { openStorage } from '../../storage/storage';
import type { Storage } from '../../storage/storage';
import { type Auth, createAuth, isAdminClient, SESSION_COOKIE } from './auth';
import { makeSession } from './session-token';

const SECRET = 'secret-of-alice';
const alice = { client: 'alice', sha256: createHash('sha256').update(SECRET).digest('hex') };
const settings = { apiKeys: [alice], corsOrigins: [], publicUrl: 'https://reels.example.org' };
const now = new Date('2026-11-23T06:00:00Z');

let root: string;
let storage: Storage;
let auth: Auth;
let cookie: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'auth-'));
  storage = await openStorage({ root });
  auth = createAuth({ settings, storage, now: () => now });
  const ends = new Date(now.getTime() + 60_000);
  cookie = `${SESSION_COOKIE}=${makeSession(await storage.signingKey(), alice, ends)}`;
});
afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true, force: true });
});

function request(headers: Record<string, string>, method = 'GET'): Request {
  const get = (name: string) => headers[name];
  return { headers, method, get, ip: '192.0.2.1', socket: {} } as unknown as Request;
}

test('a client is known by its key, and by the session that it was exchanged for', async () => {
  expect(await auth.findClient(request({ authorization: `Bearer ${SECRET}` }))).toBe('alice');
  expect(await auth.findClient(request({ cookie }))).toBe('alice');
  expect(await auth.findClient(request({}))).toBeUndefined();
  await expect(auth.requireClient(request({}))).rejects.toMatchObject({ status: 401 });
});

test.each(['Bearer wrong', 'Bearer ', SECRET, `Basic ${SECRET}`])(
  'a key that is none is refused, also beside a good session: %j',
  async (authorization) => {
    await expect(auth.findClient(request({ authorization, cookie }))).rejects.toMatchObject({ status: 401 });
  },
);

test('a session that was ended opens nothing any more, also where its cookie was copied before', async () => {
  await auth.endSession(request({ cookie }));
  expect(await auth.findClient(request({ cookie }))).toBeUndefined();
  const another = await openStorage({ root });
  const elsewhere = createAuth({ settings, storage: another, now: () => now });
  expect(await elsewhere.findClient(request({ cookie }))).toBeUndefined();
});

test.each<[string, Record<string, string>]>([
  ['a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'https://shop.example.org' }],
  ['another port of this host', { 'sec-fetch-site': 'same-site', origin: 'https://reels.example.org:8443' }],
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['a browser that says nothing', {}],
])('a session changes nothing for a page of %s', async (_, headers) => {
  const host = 'reels.example.org';
  await expect(auth.findClient(request({ cookie, host, ...headers }, 'POST'))).rejects.toMatchObject({
    status: 403,
    code: 'not_from_own_page',
  });
});

test.each<Record<string, string>>([
  { 'sec-fetch-site': 'same-origin' },
  { origin: 'https://reels.example.org' },
  { origin: 'http://10.0.0.5:3000', host: '10.0.0.5:3000' },
])('a session works on the own page: %j', async (headers) => {
  expect(await auth.findClient(request({ cookie, ...headers }, 'POST'))).toBe('alice');
});

test('where keys are set only those are admins who are named', () => {
  expect(isAdminClient(settings, 'alice')).toBe(false);
  expect(isAdminClient({ ...settings, admins: ['root'] }, 'alice')).toBe(false);
  expect(isAdminClient({ ...settings, admins: ['root', 'alice'] }, 'alice')).toBe(true);
  expect(isAdminClient({ ...settings, apiKeys: [] }, 'local')).toBe(true);
});
