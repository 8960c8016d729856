/** The worker, or the API, as a process of its own from the sources, so that it can be killed, stopped and started with other settings. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceOf } from '../../tools/stack/build';
import { Child } from '../../tools/stack/child';
import { reservePort } from '../../tools/stack/reserve-port';

const UP = { worker: /worker is up.*\n/, api: /listening on (http:\/\/[\d.:]+).*\n/ };

/** Starts one and waits until it is up. Of this machine it gets no setting, and no key. */
export async function startProcess(
  settings: Readonly<Record<string, string>>,
  main: 'worker' | 'api' = 'worker',
): Promise<Child> {
  const child = new Child(main, sourceOf(main), { PATH: process.env['PATH'], ...settings });
  child.start();
  await child.says(UP[main]);
  return child;
}

/** Waits until it listens. @returns its base URL. */
export async function addressOf(api: Child): Promise<string> {
  return (await api.says(UP.api))[1] ?? '';
}

/**
 * An API whose Temporal is not there: what is tested with it needs none.
 *
 * @param openFiles the most file descriptors that it may have.
 */
export async function startLonelyApi(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  openFiles?: number,
): Promise<Child> {
  const { PATH, HOME } = process.env;
  const command = sourceOf('api');
  const limited = ['-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...command];
  const api = new Child('api', openFiles === undefined ? command : ['/bin/sh', ...limited], {
    PATH,
    HOME,
    PORT: '0',
    DATA_DIR: dataDir,
    SIMULATOR: '1',
    RUNWAYML_BASE_URL: 'http://127.0.0.1:9',
    TEMPORAL_ADDRESS: `127.0.0.1:${await reservePort()}`,
    ...env,
  });
  api.start();
  return api;
}

/** A folder that is removed with `remove`. */
export async function dataFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'reels-api-process-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
