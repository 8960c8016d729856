/** Runs the commands of the containers, with their environment and health checks, as processes of this machine. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { ROOT, readComposeFile, readEnvFile } from '../support/compose-file';
import { eventually } from '../../tools/stack/eventually';
import { localTemporal } from '../../tools/stack/temporal';
import { reservePort } from '../../tools/stack/reserve-port';

const OURS = ['simulator', 'worker', 'api'] as const;
type Name = (typeof OURS)[number];

const KEY = '0123456789abcdef';
const { services } = readComposeFile({
  REEL_API_KEYS: `site:${KEY}`,
  POSTGRES_PASSWORD: 'a-password',
  REGENERATE_DELAY: '1s',
  ...readEnvFile('deploy/simulator.env'),
});

let server: TestWorkflowEnvironment;
let folder: string;
let api: string;
/** What differs on this machine: addresses, and folders in place of volumes. */
let here: Record<string, (text: string) => string>;
const processes = new Map<Name, { child: ChildProcess; output: string }>();

function environmentOf(name: Name): Record<string, string> {
  const given = Object.entries(services[name]?.environment ?? {});
  return {
    PATH: process.env['PATH'] ?? '',
    ...Object.fromEntries(given.map(([key, value]) => [key, here[key]?.(value) ?? value])),
  };
}

function start(name: Name): void {
  const [command = '', ...args] = services[name]?.command ?? [];
  const child = spawn(command, args, { cwd: ROOT, env: environmentOf(name) });
  const entry = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (entry.output += chunk.toString()));
  }
  processes.set(name, entry);
}

/** The health check of the file, with the port that the container would have had. */
async function isHealthy(name: Name): Promise<boolean> {
  const [, command = '', ...args] = services[name]?.healthcheck?.test ?? [];
  const environment = environmentOf(name);
  const port = environment['PORT'] ?? environment['SIMULATOR_PORT'] ?? '';
  const local = args.map((arg) => arg.replace(/(?<=127\.0\.0\.1:)(3000|4010)/, port));
  return promisify(execFile)(command, local, { env: environment }).then(
    () => true,
    () => false,
  );
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  await eventually(what, holds).catch((error: unknown) => {
    const outputs = [...processes].map(([name, { output }]) => `--- ${name}\n${output.slice(-3000)}`);
    throw new Error([String(error), ...outputs].join('\n'));
  });
}

beforeAll(async () => {
  server = await localTemporal({ namespace: 'simulated', extraArgs: ['--log-level', 'never'] });
  folder = await mkdtemp(join(tmpdir(), 'compose-commands-'));
  const [apiPort, simulatorPort] = [String(await reservePort()), String(await reservePort())];
  api = `http://127.0.0.1:${apiPort}`;
  const preload = ` --require ${join(ROOT, 'test/support/compose-names.cjs')}`;
  here = {
    TEMPORAL_ADDRESS: () => server.address,
    RUNWAYML_BASE_URL: (url) => url.replace('4010', simulatorPort),
    NODE_OPTIONS: (options) => options + preload,
    HOST: () => '127.0.0.1',
    PORT: () => apiPort,
    SIMULATOR_HOST: () => '127.0.0.1',
    SIMULATOR_PORT: () => simulatorPort,
    DATA_DIR: () => folder,
    SIMULATOR_DATA: (path) => path.replace('/data', folder),
    HEALTH_FILE: (path) => path.replace('/tmp', folder),
  };
});

afterAll(async () => {
  for (const { child } of processes.values()) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await server.teardown();
  await rm(folder, { recursive: true });
});

test('the containers start, become healthy, make a reel, and stop when they are told to', async () => {
  for (const name of OURS) {
    expect(await isHealthy(name)).toBe(false);
    start(name);
  }
  for (const name of OURS) await until(`${name} is healthy`, () => isHealthy(name));

  const call = async (path: string, init?: RequestInit) => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const response = await fetch(api + path, { ...init, headers });
    return (await response.json()) as { id: string; status: string };
  };
  expect((await fetch(`${api}/v1/reels`)).status).toBe(401);
  const { id } = await call('/v1/reels', {
    method: 'POST',
    body: JSON.stringify({ promptText: 'Snow falls.' }),
  });
  await until('the reel is made', async () => (await call(`/v1/reels/${id}`)).status === 'succeeded');

  // A worker that stands still no longer touches its file; one that goes on does.
  const { child } = processes.get('worker') ?? {};
  const alive = environmentOf('worker')['HEALTH_FILE'] ?? '';
  child?.kill('SIGSTOP');
  await until('the worker counts as stuck', async () => {
    await utimes(alive, 0, 0);
    return !(await isHealthy('worker'));
  });
  child?.kill('SIGCONT');
  await until('the worker is healthy again', () => isHealthy('worker'));

  for (const name of [...OURS].reverse()) {
    const { child, output } = processes.get(name) ?? {};
    child?.kill('SIGTERM');
    if (child?.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const code = child?.exitCode;
    expect([name, code, code === 0 ? '' : output]).toEqual([name, 0, '']);
  }
});
