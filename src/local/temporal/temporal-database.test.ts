import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moveDamagedAside, requireDatabasePath } from './temporal-database';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-'));
  file = join(folder, 'temporal.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('is refused where the path of its folder, without links, is longer than SQLite takes', () => {
  const link = join(folder, 'link');
  const above = join(realpathSync(folder), 'x'.repeat(100), 'ä'.repeat(100));
  const longest = join(above, 'x'.repeat(492 - Buffer.byteLength(above) - 1));
  mkdirSync(longest, { recursive: true });
  expect(() => requireDatabasePath(join(longest, 'temporal.db'))).not.toThrow();
  mkdirSync(join(longest, 'y'));
  symlinkSync(join(longest, 'y'), link);
  for (const place of [join(longest, 'y'), link])
    expect(() => requireDatabasePath(join(place, 'temporal.db'))).toThrow(
      /^DATA_DIR .* takes 492 at most: name another folder\.$/,
    );
});

const failed = (words: string): string[] => [
  'Error: failed starting server: failed creating namespaces: ' + words,
];

test.each([
  ['overwritten', 'unable to create SQLite admin DB: file is not a database (26)'],
  ['cut short', 'unable to create SQLite admin DB: database disk image is malformed (11)'],
  [
    'empty, or of another program',
    'error creating namespace "default": SQL logic error: no such table: namespaces (1)',
  ],
])('a database that is %s is moved aside whole', (_, words) => {
  for (const part of ['', '-wal', '-shm']) writeFileSync(file + part, `content${part}`);
  const aside = moveDamagedAside(file, failed(words)) ?? '';
  expect(aside).toContain('temporal.db.damaged-');
  expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('content-wal');
  expect(readdirSync(folder)).toHaveLength(3);
  expect(existsSync(file)).toBe(false);
});

test('a folder in its place is moved aside', () => {
  mkdirSync(file);
  expect(moveDamagedAside(file, failed('unable to open database file (14)'))).toBeDefined();
  expect(existsSync(file)).toBe(false);
});

test.each([
  'unable to open database file (14)',
  'database or disk is full (13)',
  'database is locked (5)',
  'attempt to write a readonly database (8)',
  'listen tcp 127.0.0.1:7233: bind: address already in use',
])('a good database stays where it is: %s', (words) => {
  writeFileSync(file, 'good');
  expect(moveDamagedAside(file, failed(words))).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toBe('good');
});
