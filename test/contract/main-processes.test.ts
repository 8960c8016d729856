/** What each program says when it cannot start: nothing in it controls the terminal. Needs `npm run build`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DIST = join(__dirname, '../../dist');
const FOREIGN = '\u001b]0;title\u0007\u009b31m\u202ename';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'main-processes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['api', { TEMPORAL_PROFILE: FOREIGN }, "Profile ']0;title31mname' not found"],
  ['worker', { TEMPORAL_PROFILE: FOREIGN }, 'title'],
  ['resume', { TEMPORAL_PROFILE: FOREIGN }, "Profile ']0;title31mname' not found"],
  ['simulator', { SIMULATOR_PORT: FOREIGN }, 'SIMULATOR_PORT must be a port number, not ]0;title31mname'],
])('%s', async (name, settings, expected) => {
  const child = spawn(process.execPath, [join(DIST, name, 'main.js')], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      DATA_DIR: folder,
      PORT: '0',
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: 'http://127.0.0.1:1',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
  const [code] = (await once(child, 'close')) as [unknown];
  expect(code).not.toBe(0);
  expect(said).toContain(expected);
  expect(said).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
});
