import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from './storage';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reels-sessions-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const at = (day: number) => new Date(Date.UTC(2026, 10, day));
const id = (letter: string) => letter.repeat(64);

test('a session that was ended is ended for every process that shares the folder', async () => {
  const [one, other] = [await openStorage({ root }), await openStorage({ root })];
  expect(await other.isSessionEnded(id('a'))).toBe(false);
  const end = { id: id('a'), expiresAt: at(30), now: at(1) };
  await Promise.all([one.endSession(end), other.endSession(end)]);
  expect(await other.isSessionEnded(id('a'))).toBe(true);
  expect(await other.isSessionEnded(id('b'))).toBe(false);
  await one.close();
  await other.close();
});

test('it is remembered until it would have ended by itself', async () => {
  const storage = await openStorage({ root });
  await storage.endSession({ id: id('a'), expiresAt: at(10), now: at(1) });
  await storage.endSession({ id: id('b'), expiresAt: at(20), now: at(2) });
  expect(await storage.isSessionEnded(id('a'))).toBe(true);
  await storage.endSession({ id: id('c'), expiresAt: at(30), now: at(11) });
  const known = await Promise.all(['a', 'b', 'c'].map((letter) => storage.isSessionEnded(id(letter))));
  expect(known).toEqual([false, true, true]);
  await storage.close();
});
