/** Temporal servers: the embedded one of `npm start` as a process, and those of Temporal's own test environment. */
import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { LOOPBACK } from '../../src/local/local-url';
import { type FoundBinary, findTemporalCli, findTestServer } from '../../src/local/temporal/temporal-binary';
import { applyRetention, startDevArguments } from '../../src/local/temporal/temporal-server';
import { ROOT } from './build';
import { Child } from './child';
import { waitUntil } from './eventually';
import { reservePort } from './reserve-port';

export const NAMESPACE = 'simulated';
const RETENTION_MS = 30 * 86_400_000;

let cli: Promise<FoundBinary> | undefined;
let testServer: Promise<FoundBinary> | undefined;

/**
 * The binary, found as `npm start` finds its own. Every Jest worker may ask at once: the cache is filled by renames, and
 * each process looks only once.
 */
export async function temporalCli(): Promise<string> {
  cli ??= findTemporalCli({
    cliPath: process.env['TEMPORAL_CLI_PATH'] || undefined,
    onProgress: console.error,
  });
  return (await cli).path;
}

type LocalServer = Omit<
  NonNullable<NonNullable<Parameters<typeof TestWorkflowEnvironment.createLocal>[0]>['server']>,
  'executable'
>;

const MOST_STARTS = 3;

/** A server takes ports for its own parts as well, and ends when another program has one of them by then. */
async function begin(start: () => Promise<TestWorkflowEnvironment>): Promise<TestWorkflowEnvironment> {
  for (let nth = 1; ; nth++) {
    try {
      return await start();
    } catch (error) {
      if (nth === MOST_STARTS) throw error;
      console.error(`Temporal did not start (${String(error)}); start ${nth + 1} of ${MOST_STARTS}`);
    }
  }
}

/** A server in memory, which ends with `teardown`. */
export async function localTemporal(server: LocalServer = {}): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: await temporalCli() } as const;
  return begin(() => TestWorkflowEnvironment.createLocal({ server: { ...server, executable } }));
}

/** One whose time is skipped while nobody has anything to do. */
export async function timeSkippingTemporal(): Promise<TestWorkflowEnvironment> {
  testServer ??= findTestServer();
  const executable = { type: 'existing-path', path: (await testServer).path } as const;
  return begin(() => TestWorkflowEnvironment.createTimeSkipping({ server: { executable } }));
}

/** The embedded server, with its database in a folder. It can be killed and begun again at the same address. */
export interface TemporalProcess {
  readonly child: Child;
  readonly address: string;
  readonly uiUrl: string;
  /** Waits until it can be reached, also where it has lost its database. */
  ready(): Promise<unknown>;
}

/** @param folder its database, and its log if no other file is named. */
export async function startTemporal(
  folder: string,
  env: NodeJS.ProcessEnv,
  logFile = path.join(folder, 'temporal.log'),
): Promise<TemporalProcess> {
  const [port, uiPort] = [await reservePort(), await reservePort()];
  const server = { host: LOOPBACK, port, uiPort, databaseFile: 'temporal.db', namespaces: [NAMESPACE] };
  const address = `${LOOPBACK}:${port}`;
  const guard = path.join(ROOT, 'dist/local/processes/guard.js');
  const guarded = [path.join(folder, 'lock'), await temporalCli(), ...startDevArguments(server)];
  const child = new Child('temporal', [process.execPath, guard, ...guarded], env, { logFile });
  const ready = () =>
    waitUntil('Temporal', async () => {
      await applyRetention(address, server.namespaces, RETENTION_MS);
      return true;
    });
  // It takes ports for its own parts as well, and ends when another program has one of them by then.
  child.whenItDies = 'starts again';
  child.start();
  try {
    await ready();
  } catch (error) {
    await child.end();
    throw error;
  }
  return { child, address, uiUrl: `http://${LOOPBACK}:${uiPort}`, ready };
}
