import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvFile } from './env-file';

const SETTINGS = { RUNWAYML_API_SECRET: 'key_1234567', RUNWAY_ACCOUNT: 'Bücher & \u{1F3AC}', PORT: '3001' };
const lines = (end: string) => Object.entries(SETTINGS).map(([name, value]) => `${name}="${value}"${end}`);
const TEXT = `# Grüße${lines('\n').join('').replace(/^/, '\n')}`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-file-'));
  file = join(folder, '.env');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(content: string | Buffer, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  writeFileSync(file, content);
  readEnvFile(file, env);
  return env;
}

const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

test.each<[string, string | Buffer]>([
  ['UTF-8', TEXT],
  ['UTF-8 with a byte order mark', `\uFEFF${TEXT}`],
  ['UTF-8 with a byte order mark, and a setting on the first line', `\uFEFF${lines('\n').join('')}`],
  ['UTF-8 with the line ends of Windows', lines('\r\n').join('')],
  ['UTF-8 with the line ends of an old Mac', lines('\r').join('')],
  ['UTF-16, as Notepad and PowerShell write it', utf16(TEXT.replaceAll('\n', '\r\n'))],
  ['UTF-16 with the larger byte first', utf16(TEXT).swap16()],
  ['UTF-16 cut short in its last character', utf16(`${TEXT}#`).subarray(0, -1)],
])('a file in %s is read', (_name, content) => {
  expect(read(content)).toEqual(SETTINGS);
});

test('what is set already stays, and a file that is not there is none', () => {
  expect(read(TEXT, { PORT: '4000' })).toEqual({ ...SETTINGS, PORT: '4000' });
  rmSync(file);
  const env = {};
  readEnvFile(file, env);
  expect(env).toEqual({});
});

test.each<[string, string | Buffer, string]>([
  ['UTF-16 without a byte order mark', Buffer.from(TEXT, 'utf16le'), 'NUL characters'],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), 'NUL characters'],
  ['UTF-8 with a NUL in a value', 'DATA_DIR=a\0b\n', 'NUL characters'],
  ['UTF-16 with half of a character', utf16('DATA_DIR=a\ud83d\n'), 'DATA_DIR'],
  ['Latin-1', Buffer.from('PORT=1\nRUNWAY_ACCOUNT=B\xfccher\n', 'latin1'), 'RUNWAY_ACCOUNT'],
])('a file in %s stops the start by name, and nothing of it is used', (_name, content, words) => {
  const env = {};
  expect(() => read(content, env)).toThrow(words);
  expect(() => read(content, env)).toThrow(file);
  expect(() => read(content, env)).toThrow(/save .*as UTF-8\.$/);
  expect(env).toEqual({});
});

test.each([
  'set PORT=3001',
  '$env:PORT="3001"',
  'EXPORT PORT=3001',
  '\u200bPORT=3001',
  '{ "PORT": "3001" }',
  '# first\nRUNWAY_ACCOUNT=a\n- PORT = 3001',
])('%j names a setting in a way that is none, and stops the start', (content) => {
  const line = content.split('\n').length;
  expect(() => read(content)).toThrow(`${file}: line ${line} cannot be read: write it as PORT=value.`);
});

test.each(['PORT=1 # not DATA_DIR=x', 'PORT=1\n# DATA_DIR=x', 'PORT=1\nOTHER_PORT=', 'export PORT: 1'])(
  'of %j all is read that is meant',
  (content) => expect(read(content)).toMatchObject({ PORT: '1' }),
);

test('a comment may be in any encoding', () => {
  expect(read(Buffer.from('# Gr\xfc\xdfe\nPORT=1\n', 'latin1'))).toEqual({ PORT: '1' });
});

test('a file that cannot be read stops the start: its settings may be those that count', () => {
  mkdirSync(file);
  expect(() => readEnvFile(file, {})).toThrow(
    `${file} cannot be read: it is a folder. Correct that, or remove it.`,
  );
  rmSync(file, { recursive: true });
  // Root may read everything.
  if (process.getuid?.() === 0) return;
  writeFileSync(file, TEXT);
  chmodSync(file, 0o000);
  expect(() => readEnvFile(file, {})).toThrow(`${file} cannot be read: EACCES.`);
});
