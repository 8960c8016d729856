import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipePair } from './pipe-pair';

const before = process.env['TMPDIR'];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pairs-'));
});
afterEach(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['as it is', () => folder],
  ['missing', () => join(folder, 'missing')],
  ['too long for the name of a socket', () => join(folder, 'x'.repeat(100))],
])(
  'what is written into one end is read at the other, and no file stays, with a TMPDIR that is %s',
  async (_what, place) => {
    const temporary = place();
    if (temporary.length > 100) mkdirSync(temporary);
    process.env['TMPDIR'] = temporary;
    const { reader, writer } = await pipePair();
    writer.end('text');
    let text = '';
    reader.on('data', (data) => (text += String(data))).resume();
    await once(reader, 'end');
    expect(text).toBe('text');
    if (existsSync(temporary)) expect(readdirSync(temporary)).toEqual([]);
    reader.destroy();
  },
);
