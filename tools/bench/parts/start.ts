import { cpSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readLock } from '../../../src/local/processes/data-dir-lock';
import { ApiClient } from '../../stack/api-client';
import { temporaryFolder } from '../../stack/at-exit';
import { ROOT } from '../../stack/build';
import { Child } from '../../stack/child';
import { waitUntil } from '../../stack/eventually';
import { temporalCli } from '../../stack/temporal';
import { atMost, fact, type Result } from '../result';
import { quantile } from '../statistics';

const TRIES = 3;
const SECONDS = { unit: 's' };

/** `npm start` as on the first day: everything is installed and downloaded, and nothing is built. */
export async function start(env: NodeJS.ProcessEnv): Promise<Result[]> {
  await temporalCli();
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
  const own = { ...env, PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0' };
  const begin = Date.now();
  // In a group: npm, its shell and the build end together; the service ends with its supervisor.
  const npm = new Child('npm start', ['npm', 'start'], own, { cwd: folder, detached: true });
  npm.start();
  const lock = () => readLock(join(folder, 'data/lock'));
  try {
    await waitUntil('the build', async () => lock() ?? !npm.isRunning);
    const built = Date.now();
    const api = new ApiClient(`${lock()?.address}`);
    await waitUntil('the service', async () => !npm.isRunning || (await api.request('/readyz')).ok);
    await api.order('Lanterns in a snowy street');
    const now = Date.now();
    return {
      build: (built - begin) / 1_000,
      service: (now - built) / 1_000,
      total: (now - begin) / 1_000,
    };
  } catch (error) {
    console.error(npm.output);
    throw error;
  } finally {
    // As a Ctrl-C does.
    if (npm.isRunning) process.kill(lock()?.supervisor.pid ?? -(npm.pid ?? NaN), 'SIGINT');
    await npm.ended();
  }
}
