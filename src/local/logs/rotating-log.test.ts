import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boundLog, LOG_FILES, RotatingLog } from './rotating-log';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logs-'));
  path = join(folder, 'api.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

test('a file that is full is set aside at the end of a line, and the oldest is forgotten', () => {
  const log = new RotatingLog(path, 10);
  for (const line of ['one\ntwo\n', 'three\n', 'four\nfive\n', 'six\nseven\n', 'eight\n', 'nine\n'])
    log.write(Buffer.from(line));
  expect(files()).toEqual({
    'api.log': 'nine\n',
    'api.log.1': 'eight\n',
    'api.log.2': 'six\nseven\n',
    'api.log.3': 'four\nfive\n',
  });
});

test('what comes in one piece is cut into files, none larger than it may be', () => {
  const log = new RotatingLog(path, 100);
  log.write(Buffer.from('0123456\n'.repeat(1_000)));
  log.write(Buffer.from('x'.repeat(1_000)));
  log.write(Buffer.from('\nend\n'));
  expect(Object.keys(files())).toHaveLength(LOG_FILES);
  for (const text of Object.values(files())) expect(text.length).toBeLessThanOrEqual(100);
  expect(files()['api.log']).toMatch(/x*\nend\n$/);
});

test('a later one goes on where the one before has ended', () => {
  new RotatingLog(path, 10).write(Buffer.from('before\n'));
  const log = new RotatingLog(path, 10);
  log.write(Buffer.from('no\n'));
  log.write(Buffer.from('more\n'));
  expect(files()).toEqual({ 'api.log': 'more\n', 'api.log.1': 'before\nno\n' });
});

test('a file that somebody has removed, or renamed as logrotate does, is begun anew', () => {
  const log = new RotatingLog(path, 1_000);
  log.write(Buffer.from('one\n'));
  rmSync(path);
  log.write(Buffer.from('two\n'));
  expect(files()).toEqual({ 'api.log': 'two\n' });
  renameSync(path, `${path}.old`);
  log.write(Buffer.from('three\n'));
  expect(files()).toEqual({ 'api.log': 'three\n', 'api.log.old': 'two\n' });
});

test('only its user may read it', () => {
  new RotatingLog(path).write(Buffer.from('text\n'));
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('what cannot be written is counted, and told when it can be again', () => {
  const log = new RotatingLog(path, 1_000);
  rmSync(folder, { recursive: true });
  log.write(Buffer.from('lost\n'));
  mkdirSync(folder);
  log.write(Buffer.from('kept\n'));
  expect(readFileSync(path, 'utf8')).toMatch(/"5 bytes are left out here[^]*\nkept\n$/);
});

test('what an earlier version let grow keeps its end, in whole lines', () => {
  new RotatingLog(path, 100).write(Buffer.from('0123456\n'.repeat(10)));
  boundLog(path, 20);
  expect(files()).toEqual({ 'api.log': '0123456\n0123456\n' });
  boundLog(path, 20);
  expect(files()).toEqual({ 'api.log': '0123456\n0123456\n' });
});
