import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryStorage } from './directory-storage';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reels-sessions-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const at = (day: number) => new Date(Date.UTC(2026, 10, day));
const id = (letter: string) => letter.repeat(64);

test('a session that was ended is ended for every process that shares the folder', async () => {
  const [one, other] = [createDirectoryStorage({ root }), createDirectoryStorage({ root })];
  expect(await other.isSessionEnded(id('a'))).toBe(false);
  const end = { id: id('a'), expiresAt: at(30), now: at(1) };
  await Promise.all([one.endSession(end), other.endSession(end)]);
  expect(await other.isSessionEnded(id('a'))).toBe(true);
  expect(await other.isSessionEnded(id('b'))).toBe(false);
});

test('it is remembered until it would have ended by itself', async () => {
  const storage = createDirectoryStorage({ root });
  await storage.endSession({ id: id('a'), expiresAt: at(10), now: at(1) });
  await storage.endSession({ id: id('b'), expiresAt: at(20), now: at(2) });
  expect(await storage.isSessionEnded(id('a'))).toBe(true);
  await storage.endSession({ id: id('c'), expiresAt: at(30), now: at(11) });
  expect((await readdir(join(root, 'ended-sessions'))).sort()).toEqual([id('b'), id('c')]);
});

test('the others are not looked at each time that one ends', async () => {
  const storage = createDirectoryStorage({ root });
  const minutes = (count: number) => new Date(at(1).getTime() + count * 60_000);
  await storage.endSession({ id: id('a'), expiresAt: minutes(10), now: minutes(0) });
  await storage.endSession({ id: id('b'), expiresAt: at(30), now: minutes(20) });
  expect((await readdir(join(root, 'ended-sessions'))).sort()).toEqual([id('a'), id('b')]);
  await storage.endSession({ id: id('c'), expiresAt: at(30), now: minutes(61) });
  expect((await readdir(join(root, 'ended-sessions'))).sort()).toEqual([id('b'), id('c')]);
});

test('an ID that is none leads to no file', async () => {
  const storage = createDirectoryStorage({ root });
  await expect(storage.isSessionEnded('../signing.key')).rejects.toThrow('names no session');
});
