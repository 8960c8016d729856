/** `src/api/main.ts` as a process of its own. Temporal is not there: what is tested needs none. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPort } from '../../src/local/free-port';
import { eventually } from '../support/eventually';

const ROOT = join(__dirname, '../..');

let dataDir: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reels-api-process-'));
});
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(dataDir, { recursive: true, force: true });
});

async function startMain(env: Record<string, string> = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const temporalPort = await claimPort('PORT', 0, '127.0.0.1');
  child = spawn(
    process.execPath,
    ['--require', join(ROOT, 'test/support/typescript.js'), join(ROOT, 'src/api/main.ts')],
    {
      env: {
        PATH,
        HOME,
        PORT: '0',
        DATA_DIR: dataDir,
        SIMULATOR: '1',
        RUNWAYML_BASE_URL: 'http://127.0.0.1:9',
        TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
        ...env,
      },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  }
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, exited, output: () => output };
}

async function addressOf(output: () => string): Promise<string> {
  return eventually('the address', () => /listening on (http:\/\/[\d.:]+)/.exec(output())?.[1]);
}

test('it answers before Temporal is there; told to stop, it finishes what it was asked and exits with 0', async () => {
  const { child, exited, output } = await startMain();
  const url = await addressOf(output);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);

  const answer = fetch(`${url}/v1/reels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"promptText":"Snow"}',
  });
  await fetch(`${url}/healthz`);
  child.kill('SIGTERM');
  await eventually('the stop', () => output().includes('no new requests'));
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  expect((await answer).status).toBe(503);
  expect(await exited).toBe(0);
});

test('it knows FALLBACK_WAIT: a fallback that would wait longer than the reel may take is refused', async () => {
  const { output } = await startMain({ FALLBACK_WAIT: '2h' });
  const url = await addressOf(output);
  const estimate = (deadline: string) =>
    fetch(`${url}/v1/estimate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ promptText: 'Snow', fallbacks: ['wait'], deadline }),
    });
  const refused = await estimate('2h');
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain('with a deadline of more than 2 h');
  expect((await estimate('3h')).status).toBe(200);
});

test('its figures are there while Temporal is not, and say so', async () => {
  const { output } = await startMain();
  const answer = await fetch(`${await addressOf(output)}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  const figures = await answer.text();
  expect(figures).toContain('durable_reels_part_up{part="temporal"} 0');
  expect(figures).toContain('durable_reels_part_up{part="storage"} 1');
  expect(figures).toContain('durable_reels_credits_24h{kind="charged"} 0');
  expect(figures).toMatch(/^process_cpu_seconds_total \d/m);
  // What is not known is no zero.
  expect(figures).not.toMatch(/^durable_reels_(?:reels\{|runway_credit_balance )/m);
});

test('a bad setting ends it with 2 and a line that names it', async () => {
  const { exited, output } = await startMain({ PORT: 'http' });
  expect(await exited).toBe(2);
  expect(output()).toMatch(/^PORT must be a whole number\n$/);
});

test('without a key it does not fall back to the simulator by itself', async () => {
  const { exited, output } = await startMain({ SIMULATOR: '', RUNWAYML_BASE_URL: '' });
  expect(await exited).toBe(2);
  expect(output()).toContain('RUNWAYML_API_SECRET is not set');
});

test('a port in use ends it with 1 and the way out', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { exited, output } = await startMain({ PORT: String(port) });
  expect(await exited).toBe(1);
  expect(output()).toContain(`PORT ${port} is in use`);
  expect(output()).not.toContain('    at ');
  await new Promise((resolve) => other.close(resolve));
});

test('no key comes into its log', async () => {
  const { output } = await startMain({ REEL_API_KEYS: 'alice:planted-secret-of-alice' });
  const url = await addressOf(output);
  const headers = { authorization: 'Bearer planted-secret-of-alice' };
  expect((await fetch(`${url}/v1/models`, { headers })).status).toBe(200);
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  expect((await fetch(`${url}/v1/reels`, { headers })).status).toBe(503);
  await eventually('the log', () => output().split('"answered"').length > 3);
  expect(output()).not.toContain('planted');
});
