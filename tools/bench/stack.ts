import { join } from 'node:path';

import type { LedgerView } from '../../src/simulator/ledger/ledger-view';
import { answerOf } from '../stack/api-client';
import { temporaryFolder } from '../stack/at-exit';
import { commandOf, ROOT } from '../stack/build';
import { Child } from '../stack/child';
import { waitUntil } from '../stack/eventually';
import { reservePort } from '../stack/reserve-port';
import { type ServicePlan, ServiceProcesses } from '../stack/service-processes';
import { startTemporal } from '../stack/temporal';

export interface StackOptions {
  /** Without secrets, and without settings of this machine. */
  readonly env: NodeJS.ProcessEnv;
  /** The base URL of a simulator that runs already, or how long the tasks of one of its own take. */
  readonly simulator: { readonly url: string } | { readonly taskSeconds: number };
  /** Settings of worker and API that are not the default. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Runs the service as `npm start` does, in processes and a data folder of its own, and ends it after `use`. */
export async function withStack<T>(
  { env, simulator, settings = {} }: StackOptions,
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
  const folder = temporaryFolder('bench');
  const temporal = await startTemporal(folder, env);
  const port = await reservePort();
  const vendor = 'url' in simulator ? undefined : await startSimulator(folder, env, simulator.taskSeconds);
  const runwayUrl = vendor?.url ?? ('url' in simulator ? simulator.url : '');
  const plan = { folder, dataDir: folder, temporal, build: ROOT, port, runwayUrl, env, settings };
  const stack = new Stack(plan, runwayUrl);
  try {
    for (const child of [stack.temporal, stack.worker, stack.api]) child.whenItDies = 'fails';
    await stack.begin();
    return await use(stack);
  } finally {
    await stack.stop();
    await vendor?.child.end();
  }
}

/** A service that runs. */
export class Stack extends ServiceProcesses {
  constructor(
    plan: ServicePlan,
    private readonly simulator: string,
  ) {
    super(plan);
  }

  /** kill -9 of the worker, and a new one at once. @returns when it was dead, in milliseconds since 1970. */
  async replaceWorker(): Promise<number> {
    await this.worker.end();
    const at = Date.now();
    this.worker.start();
    return at;
  }

  /** kill -9 of Temporal, and a new one at once. @returns when that one answered, in milliseconds since 1970. */
  async replaceTemporal(): Promise<number> {
    await this.temporal.end();
    this.temporal.start();
    await this.temporalReady();
    return Date.now();
  }

  async cancel(id: string): Promise<void> {
    await answerOf('cancel', this.post(`/v1/reels/${id}/cancel`, {}));
  }

  async ledger(): Promise<LedgerView> {
    return answerOf('the ledger', fetch(`${this.simulator}/_simulator/ledger`));
  }
}

/** As a process: what it costs does not slow down who measures. */
async function startSimulator(folder: string, env: NodeJS.ProcessEnv, taskSeconds: number) {
  const port = String(await reservePort());
  const url = `http://127.0.0.1:${port}`;
  const settings = { SIMULATOR_PORT: port, SIMULATOR_TASK_SECONDS: String(taskSeconds) };
  const logFile = join(folder, 'simulator.log');
  const child = new Child('simulator', commandOf(ROOT, 'simulator'), { ...env, ...settings }, { logFile });
  child.whenItDies = 'fails';
  child.start();
  await waitUntil('the simulator', async () => (await fetch(url)).ok);
  return { url, child };
}
