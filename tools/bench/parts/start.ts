import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readLock } from '../../../src/local/processes/data-dir-lock';
import { findTemporalCli } from '../../../src/local/temporal/temporal-binary';
import { atExit, temporaryFolder } from '../../stack/at-exit';
import { atMost, fact, type Result } from '../result';
import { quantile } from '../statistics';
import { waitUntil } from '../../stack/eventually';

const ROOT = join(__dirname, '../../..');
const TRIES = 3;
const SECONDS = { unit: 's' };

/** `npm start` as on the first day: everything is installed and downloaded, and nothing is built. */
export async function start(env: NodeJS.ProcessEnv): Promise<Result[]> {
  await findTemporalCli({ onProgress: console.error });
  const first: Times[] = [];
  let again = Number.NaN;
  for (let number = 0; number < TRIES; number += 1) {
    const folder = copyOfSources();
    first.push(await npmStart(folder, env));
    if (number === TRIES - 1) again = (await npmStart(folder, env)).total;
    rmSync(folder, { recursive: true, force: true });
  }
  const median = (times: readonly Times[], of: keyof Times) =>
    quantile(
      times.map((time) => time[of]),
      0.5,
    );
  return [
    atMost(`npm start to the first 202, median of ${TRIES}`, median(first, 'total'), 15, SECONDS),
    fact('… of it the build', median(first, 'build'), SECONDS),
    fact('… of it Temporal, simulator, worker and API', median(first, 'service'), SECONDS),
    fact('npm start when nothing has changed since', again, SECONDS),
  ];
}

/** In seconds. */
interface Times {
  readonly build: number;
  readonly service: number;
  readonly total: number;
}

function copyOfSources(): string {
  const folder = temporaryFolder('start');
  for (const name of ['src', 'scripts', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

async function npmStart(folder: string, env: NodeJS.ProcessEnv): Promise<Times> {
  const log = openSync(join(folder, 'log'), 'a');
  const begin = Date.now();
  const npm = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...env, PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0' },
    stdio: ['ignore', log, log],
    // A group of its own, to end npm, its shell and the build together; the service ends with its supervisor.
    detached: true,
  });
  closeSync(log);
  const takeBack = atExit(() => process.kill(-(npm.pid ?? NaN), 'SIGKILL'));
  try {
    const lock = () => readLock(join(folder, 'data/lock'));
    await waitUntil('the build', async () => lock() ?? hasEnded(npm));
    const built = Date.now();
    const ready = async () => (await fetch(`${lock()?.address}/readyz`)).ok;
    await waitUntil('the service', async () => hasEnded(npm) || (await ready()));
    await order(`${lock()?.address}`);
    const now = Date.now();
    return {
      build: (built - begin) / 1_000,
      service: (now - built) / 1_000,
      total: (now - begin) / 1_000,
    };
  } catch (error) {
    console.error(readFileSync(join(folder, 'log'), 'utf8'));
    throw error;
  } finally {
    await stop(npm, join(folder, 'data/lock'));
    takeBack();
  }
}

async function order(api: string): Promise<void> {
  const answer = await fetch(`${api}/v1/reels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ promptText: 'Lanterns in a snowy street' }),
  });
  if (answer.status !== 202)
    throw new Error(`POST /v1/reels answers ${answer.status}: ${await answer.text()}`);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** As a Ctrl-C does. */
async function stop(npm: ChildProcess, lockFile: string): Promise<void> {
  if (hasEnded(npm)) return;
  const ended = once(npm, 'exit');
  process.kill(readLock(lockFile)?.supervisor.pid ?? -(npm.pid ?? NaN), 'SIGINT');
  await ended;
}
