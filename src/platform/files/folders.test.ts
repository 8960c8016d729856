import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolders } from './folders';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'folders-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('folders are made with those above them, and may be there', () => {
  const folder = join(root, 'a', 'b', 'c');
  makeFolders(folder);
  makeFolders(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

test('where none can be made, that is said at once', () => {
  writeFileSync(join(root, 'file'), '');
  symlinkSync('nowhere', join(root, 'link'));
  for (const place of [
    '/proc/none',
    join(root, 'file', 'a'),
    join(root, 'link', 'a'),
    join(root, 'x'.repeat(300)),
  ])
    expect(() => makeFolders(join(place, 'logs'))).toThrow(/^E[A-Z]+: /);
});
