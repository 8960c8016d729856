import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNumberedLog } from './numbered-log';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'log-'));
  folder = join(root, 'ledger');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = () => openNumberedLog(folder, root);
const texts = async (log = open()) => (await log.read()).map(({ text }) => text);
const upTo = (count: number) => [...Array(count).keys()].map(String);

/** Entries as earlier processes left them. */
function leave(count: number) {
  for (const text of upTo(count)) {
    const bucket = join(folder, String(Math.floor(Number(text) / 100)));
    mkdirSync(bucket, { recursive: true });
    writeFileSync(join(bucket, text), text);
  }
}

test('what one appends the other reads, once and in order', async () => {
  const [mine, theirs] = [open(), open()];
  expect(await texts(mine)).toEqual([]);
  await mine.append('0');
  expect(await texts(theirs)).toEqual(['0']);
  expect(await texts(mine)).toEqual(['0']);
  await theirs.append('1');
  expect(await texts(mine)).toEqual(['1']);
  expect(await texts(mine)).toEqual([]);
});

test('who has not read the latest entry cannot append', async () => {
  const [mine, theirs] = [open(), open()];
  await Promise.all([mine.read(), theirs.read()]);
  expect(await mine.append('mine')).toBe(true);
  expect(await theirs.append('theirs')).toBe(false);
  await theirs.read();
  expect(await theirs.append('theirs')).toBe(true);
  expect(await texts()).toEqual(['mine', 'theirs']);
});

test('it goes on over the end of a folder, for those who follow it and those who come new', async () => {
  leave(199);
  const [mine, theirs] = [open(), open()];
  expect(await texts(mine)).toEqual(upTo(199));
  await theirs.read();
  for (const text of ['199', '200', '201']) {
    expect(await theirs.append(text)).toBe(true);
    await theirs.read();
  }
  expect(await texts(mine)).toEqual(['199', '200', '201']);
  expect(await texts()).toEqual(upTo(202));
});

test('a process that was killed between a new folder and its first entry does no harm', async () => {
  leave(100);
  mkdirSync(join(folder, '1'));
  const log = open();
  expect(await texts(log)).toEqual(upTo(100));
  expect(await log.append('100')).toBe(true);
  expect(await texts()).toEqual(upTo(101));
});

test('full folders are kept together as well, and read file by file when that copy is damaged', async () => {
  leave(250);
  await open().read();
  expect((await readdir(folder)).sort()).toEqual(['0', '0.json', '1', '1.json', '2']);
  rmSync(join(folder, '0', '7'));
  expect(await texts()).toEqual(upTo(250));
  await writeFile(join(folder, '1.json'), '[{"text":"1');
  expect(await texts()).toEqual(upTo(250));
});

test('folders without an entry in 90 days go, but never the last two, so that no number is given twice', async () => {
  leave(350);
  await open().read();
  const old = Date.now() / 1_000 - 91 * 86_400;
  for (const name of ['0', '2', '3']) utimesSync(join(folder, name), old, old);
  const log = open();
  await log.read();
  expect((await readdir(folder)).sort()).toEqual(['1', '1.json', '2', '2.json', '3']);
  expect(await texts()).toEqual(upTo(350).slice(100));
  expect(await log.append('350')).toBe(true);
  expect((await texts()).at(-1)).toBe('350');
});
