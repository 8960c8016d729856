import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DataDirLock, LockedError, readLock } from './data-dir-lock';
import { identify } from './process-identity';

const HOOK = resolve(__dirname, '../../../tools/typescript.js');
const GONE = { pid: 1, startedAt: 'another boot' };
const URL = 'http://127.0.0.1:3000';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeDeadLock(): void {
  const children = [{ name: 'worker', stopGraceMs: 1_000, ...GONE }];
  writeFileSync(path, JSON.stringify({ id: 'dead', supervisor: GONE, address: URL, children }));
}

test('a second start is refused and told who holds the folder, and where', () => {
  DataDirLock.acquire(path, URL);
  expect(() => DataDirLock.acquire(path, 'http://127.0.0.1:4000')).toThrow(LockedError);
  expect(readLock(path)).toMatchObject({ supervisor: identify(process.pid), address: URL });
});

test('a released folder can be taken again, and nothing is left beside the lock', () => {
  DataDirLock.acquire(path, URL).release();
  DataDirLock.acquire(path, URL);
  expect(readdirSync(folder)).toEqual(['lock']);
});

test('the lock of a dead start is taken over with its children, which stay named until they are replaced', () => {
  writeDeadLock();
  const lock = DataDirLock.acquire(path, URL);
  expect(lock.leftovers).toMatchObject([{ name: 'worker' }]);
  expect(readLock(path)?.children).toMatchObject([{ name: 'worker' }]);
  lock.update({ children: [] });
  expect(readLock(path)?.children).toEqual([]);
});

test('a process that has the PID of a dead holder, but started at another time, does not hold the lock', () => {
  const supervisor = { pid: process.pid, startedAt: 'long ago' };
  writeFileSync(path, JSON.stringify({ id: 'dead', supervisor, address: URL, children: [] }));
  expect(() => DataDirLock.acquire(path, URL)).not.toThrow();
});

test('a damaged lock stops the start with the way to repair it', () => {
  writeFileSync(path, '{"id":');
  expect(() => DataDirLock.acquire(path, URL)).toThrow(/lock is damaged. Remove it/);
});

test('of several starts that find one dead lock at once, exactly one gets it', async () => {
  writeDeadLock();
  const script = `
    const { DataDirLock } = require(${JSON.stringify(join(__dirname, 'data-dir-lock.ts'))});
    process.stdin.once('data', () => {
      try { DataDirLock.acquire(process.argv[1], 'x'); console.log('got it'); }
      catch (error) { console.log(error.name); }
    });
    process.stdin.once('end', () => process.exit());
    console.log('ready');
  `;
  const starts = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--require', HOOK, '-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  try {
    const nextLine = async (start: (typeof starts)[number]): Promise<string> =>
      String((await once(start.stdout, 'data'))[0]).trim();
    await Promise.all(starts.map(nextLine));
    const answers = starts.map(nextLine);
    for (const start of starts) start.stdin.write('go\n');
    expect((await Promise.all(answers)).sort()).toEqual([
      'LockedError',
      'LockedError',
      'LockedError',
      'got it',
    ]);
  } finally {
    const ends = starts.map((start) => once(start, 'exit'));
    for (const start of starts) start.stdin.end();
    await Promise.all(ends);
  }
});
