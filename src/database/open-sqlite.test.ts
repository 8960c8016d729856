/** A file that must not be used is refused with a line that says what to do, and what it holds is left as it is. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';
import { sql } from 'kysely';
import { type Database, openDatabase } from './database';
import { networkFileSystem } from './file-system';
import { openSql } from './open-sql';

const at = '2026-11-01T00:00:00.000Z';
const key = { reelId: 'a'.repeat(26), generation: 1, number: 1 };
const entry = { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'me' };
const refusal = (words: string) => ({ name: 'DatabaseError', message: expect.stringContaining(words) });

let root: string;
let file: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'open-sqlite-'));
  file = join(root, 'reels.db');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

async function filled(claims = 200): Promise<void> {
  const database = await openDatabase({ file });
  for (let number = 1; number <= claims; number += 1) await database.claims.claim({ ...key, number }, entry);
  await database.close();
}

describe('a damaged file', () => {
  test('with pages of garbage', async () => {
    await filled();
    const handle = await open(file, 'r+');
    for (let page = 2; page < 20; page += 1)
      await handle.write(Buffer.alloc(2_000, 0xa5), 0, 2_000, page * 4_096);
    await handle.close();
    const before = await readFile(file);
    await expect(openDatabase({ file })).rejects.toMatchObject(refusal('damaged'));
    await expect(readFile(file)).resolves.toEqual(before);
  });

  test('that was cut', async () => {
    await filled();
    await truncate(file, 3 * 4_096);
    await expect(openDatabase({ file })).rejects.toMatchObject(refusal('damaged'));
  });

  test.each(['a text in its place', 'x'.repeat(10_000)])('that is none: %.30s', async (text) => {
    await writeFile(file, text);
    await expect(openDatabase({ file })).rejects.toMatchObject(refusal('damaged'));
    await expect(readFile(file, 'utf8')).resolves.toBe(text);
  });
});

test('one of a newer version', async () => {
  const { db, close } = await openSql({ file });
  await db.updateTable('meta').set({ value: '999' }).where('key', '=', 'schema_version').execute();
  await close();
  await expect(openDatabase({ file })).rejects.toMatchObject(refusal('newer version'));
});

test('a log that was cut loses what it held from there on, and nothing is half there', async () => {
  await filled(1);
  const copy = join(root, 'cut.db');
  const database = await openDatabase({ file });
  for (let number = 2; number <= 9; number += 1) await database.claims.claim({ ...key, number }, entry);
  await copyFile(file, copy);
  await copyFile(`${file}-wal`, `${copy}-wal`);
  await database.close();
  await truncate(`${copy}-wal`, 20_000);
  const cut = await openDatabase({ file: copy });
  const numbers = (await cut.claims.list(key.reelId)).map(({ number }) => number).sort();
  expect(numbers.length).toBeLessThan(9);
  expect(numbers).toEqual([...Array(numbers.length).keys()].map((n) => n + 1));
  for (const number of numbers)
    await expect(cut.claims.read({ ...key, number })).resolves.toEqual({ kind: 'claimed', entry });
  await cut.close();
});

test.each(['#1', 'what?', '100%', '%41', "it's", 'a "b"', ' with spaces ', 'file:x?mode=memory', 'ß動画'])(
  'a folder named %j is as good as any',
  async (name) => {
    await mkdir(join(root, name));
    const named = join(root, name, 'reels.db');
    const database = await openDatabase({ file: named });
    await database.claims.claim(key, entry);
    await database.close();
    expect(existsSync(named)).toBe(true);
    const again = await openDatabase({ file: named });
    await expect(again.claims.list(key.reelId)).resolves.toEqual([key]);
    await again.close();
  },
);

test('of many who open an empty one at once, one makes the tables', async () => {
  const all = await Promise.all([...Array(6)].map(() => openDatabase({ file })));
  expect(new Set(all.map(({ databaseId }) => databaseId)).size).toBe(1);
  for (const one of all) await one.close();
});

test('network file systems are known by their mounts, and the disk below them is not one', () => {
  const mounts = [
    '/dev/sda1 / ext4 rw 0 0',
    'server:/x /mnt/nfs nfs4 rw 0 0',
    '/dev/sdb1 /mnt/nfs/disk xfs rw 0 0',
    '//s/x /mnt/a\\040b cifs rw 0 0',
    'sshfs /mnt/ssh fuse.sshfs rw 0 0',
  ].join('\n');
  for (const [folder, kind] of [
    ['/var/data', undefined],
    ['/mnt/nfs', 'nfs4'],
    ['/mnt/nfs/data', 'nfs4'],
    ['/mnt/nfs2', undefined],
    ['/mnt/nfs/disk/data', undefined],
    ['/mnt/a b/data', 'cifs'],
    ['/mnt/ssh', 'fuse.sshfs'],
  ] as const)
    expect([folder, networkFileSystem(folder, mounts)]).toEqual([folder, kind]);
  expect(networkFileSystem('/data', '')).toBeUndefined();
});

describe('beside a lock', () => {
  test('statements wait while the event loop goes on, and are done when the lock is gone', async () => {
    await filled(1);
    const database = await openDatabase({ file });
    const holder = new DatabaseSync(file);
    holder.exec('begin immediate');
    let done = false;
    const claiming = database.claims.claim({ ...key, number: 2 }, entry).then((won) => {
      done = true;
      return won;
    });
    // Each turn of the loop is one that the statement did not hold up.
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(done).toBe(false);
    holder.exec('rollback');
    holder.close();
    await expect(claiming).resolves.toBe(true);
    await database.close();
  });
});

describe('a thread that dies', () => {
  async function withThreads(work: (database: Database, threads: Worker[]) => Promise<void>) {
    const threads: Worker[] = [];
    const post = Worker.prototype.postMessage;
    jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
      if (!threads.includes(this)) threads.push(this);
      Reflect.apply(post, this, args);
    });
    const database = await openDatabase({ file });
    await work(database, threads);
    await database.close();
  }

  test('in the middle of a statement: nothing is promised, and the next one is done', () =>
    withThreads(async (database, threads) => {
      const claiming = database.claims.claim(key, entry);
      await threads[0]?.terminate();
      await expect(claiming).rejects.toMatchObject({ code: 'disk' });
      expect([undefined, { kind: 'void' }]).toContainEqual(await database.claims.read(key));
      await expect(database.claims.claim({ ...key, number: 2 }, entry)).resolves.toBe(true);
      expect(threads).toHaveLength(2);
    }));

  test('between two statements of a transaction: it is undone as a whole', async () => {
    const opened = await openSql({ file });
    const threads: Worker[] = [];
    const post = Worker.prototype.postMessage;
    jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
      threads.push(this);
      Reflect.apply(post, this, args);
    });
    const fact = (name: string) => ({ key: name, value: 'x' });
    const changing = opened.db.transaction().execute(async (transaction) => {
      await transaction.insertInto('meta').values(fact('one')).execute();
      await threads.at(-1)?.terminate();
      await transaction.insertInto('meta').values(fact('two')).execute();
    });
    await expect(changing).rejects.toThrow('has ended');
    const left = await opened.db
      .selectFrom('meta')
      .select('key')
      .where('key', 'in', ['one', 'two'])
      .execute();
    expect(left).toEqual([]);
    await opened.close();
  });
});

test('a connection waits for the disk also in a thread that took the place of another', async () => {
  const opened = await openSql({ file });
  const mode = async (which: 'db' | 'loose') =>
    (await sql<{ synchronous: number }>`pragma synchronous`.execute(opened[which])).rows[0]?.synchronous;
  expect([await mode('db'), await mode('loose')]).toEqual([2, 1]);
  const post = jest.spyOn(Worker.prototype, 'postMessage');
  await mode('db');
  await (post.mock.contexts[0] as Worker).terminate();
  expect([await mode('db'), await mode('loose')]).toEqual([2, 1]);
  await opened.close();
});

const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
const onMount = (options: string, folder: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;

test('a full disk is told in words, what was there stays, and room is used again', async () => {
  const disk = join(root, 'disk');
  await mkdir(disk);
  // Only root may mount one; for others SQLite's own limit of pages is as good.
  const mounted = mayMount && onMount('size=1m', disk);
  try {
    const place = { file: join(mounted ? disk : root, 'reels.db') };
    const database = await openDatabase(place);
    await database.claims.claim(key, entry);
    if (mounted) {
      const filler = join(disk, 'filler');
      await writeFile(filler, Buffer.alloc(2_000_000)).catch(() => undefined);
      const sender = 'x'.repeat(50_000);
      const full = { code: 'disk', message: expect.stringContaining('the disk is full') };
      await expect(database.claims.claim({ ...key, number: 2 }, { ...entry, sender })).rejects.toMatchObject(
        full,
      );
      await rm(filler);
      await expect(database.claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });
      expect([undefined, { kind: 'void' }]).toContainEqual(await database.claims.read({ ...key, number: 2 }));
    }
    await expect(database.claims.claim({ ...key, number: 3 }, entry)).resolves.toBe(true);
    await database.close();
  } finally {
    if (mounted) spawnSync('umount', ['-l', disk]);
  }
});

test('a folder that may not be written', async () => {
  const folder = join(root, 'shut');
  await mkdir(folder);
  // To root no folder is shut, only a disk.
  const mounted = process.getuid?.() === 0 && onMount('ro', folder);
  if (!mounted) await rm(folder, { recursive: true }).then(() => mkdir(folder, { mode: 0o500 }));
  try {
    await expect(openDatabase({ file: join(folder, 'reels.db') })).rejects.toMatchObject({ code: 'disk' });
  } finally {
    if (mounted) spawnSync('umount', ['-l', folder]);
  }
});
