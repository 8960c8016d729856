/** The `durable-reels` of package.json as a process: it can be run as it is. Needs `npm run build`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { bin } from '../../package.json';

const COMMAND = join(__dirname, '../..', bin['durable-reels']);

async function run(
  args: string[],
  { closeOutput = false } = {},
): Promise<{ code: unknown; out: string; err: string }> {
  const child = spawn(COMMAND, args, {
    env: { PATH: process.env['PATH'], DURABLE_REELS_URL: 'http://127.0.0.1:1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  if (closeOutput) child.stdout.destroy();
  else child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, out, err };
}

test('it runs as an executable file', async () => {
  expect(await run(['--help'])).toEqual({
    code: 0,
    out: expect.stringMatching(/^Usage: durable-reels /) as string,
    err: '',
  });
});

test('without a service it ends with 1 and says how to start it', async () => {
  const { code, out, err } = await run(['explain', '13']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('npm start');
});

test('a reader that goes away is no failure', async () => {
  expect(await run(['--help'], { closeOutput: true })).toMatchObject({ code: 0, err: '' });
});
