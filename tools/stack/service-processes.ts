import { rmSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../src/domain/reel';
import { embeddedTemporalEnv } from '../../src/local/processes/child-env';
import { LOOPBACK, urlOf } from '../../src/local/local-url';
import { ApiClient } from './api-client';
import { commandOf } from './build';
import { Child } from './child';
import { HANGS_AFTER_MS, waitUntil } from './eventually';
import { NAMESPACE, type TemporalProcess } from './temporal';

export interface ServicePlan {
  /** Holds the logs, and is removed at the end. */
  readonly folder: string;
  readonly dataDir: string;
  readonly temporal: TemporalProcess;
  /** What the processes run: a folder that holds `dist`. */
  readonly build: string;
  /** Of the API. */
  readonly port: number;
  /** Base URL of the simulator, as the service knows it. */
  readonly runwayUrl: string;
  /** Without settings of this machine. */
  readonly env: NodeJS.ProcessEnv;
  /** Of both; then of one. */
  readonly settings: Readonly<Record<string, string>>;
  readonly apiSettings?: Readonly<Record<string, string>>;
  readonly workerSettings?: Readonly<Record<string, string>>;
  /** What the API is asked with. */
  readonly key?: string;
}

/** The service as `npm start` has it, in processes that can be killed and begun again. */
export class ServiceProcesses extends ApiClient {
  readonly folder: string;
  readonly dataDir: string;
  readonly temporal: Child;
  readonly api: Child;
  readonly worker: Child;
  readonly client: Client;

  constructor(private readonly plan: ServicePlan) {
    super(urlOf(LOOPBACK, plan.port), plan.key);
    this.folder = plan.folder;
    this.dataDir = plan.dataDir;
    this.temporal = plan.temporal.child;
    this.api = this.process('api', 'api', { ...plan.apiSettings, PORT: String(plan.port) });
    this.worker = this.process('worker', 'worker', plan.workerSettings);
    const connection = Connection.lazy({ address: plan.temporal.address });
    this.client = new Client({ connection, namespace: NAMESPACE });
  }

  /** One more; it is not started. */
  protected process(name: string, main: 'api' | 'worker', settings: NodeJS.ProcessEnv = {}): Child {
    const { build, dataDir, env, folder, runwayUrl, temporal } = this.plan;
    const own = {
      ...embeddedTemporalEnv(env, { ...temporal, namespace: NAMESPACE, dataDir }),
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: runwayUrl,
      DATA_DIR: dataDir,
      DAILY_MAX_CREDITS: '0',
      ...this.plan.settings,
      ...settings,
    };
    return new Child(name, commandOf(build, main), own, { logFile: path.join(folder, `${name}.log`) });
  }

  async begin(): Promise<void> {
    this.worker.start();
    this.api.start();
    await this.ready();
  }

  /** Waits until a worker and Temporal can be reached through the API. */
  async ready(): Promise<void> {
    await waitUntil('the service', async () => (await this.request('/readyz')).ok, HANGS_AFTER_MS);
  }

  /** Waits until Temporal can be reached, also one that has lost its database. */
  temporalReady(): Promise<unknown> {
    return this.plan.temporal.ready();
  }

  handle(id: string) {
    return this.client.workflow.getHandle(workflowIdOf(id));
  }

  /** Of what is its own besides, when it stops: its processes have ended, and its folder is still there. */
  protected async release(): Promise<void> {}

  async stop(): Promise<void> {
    await this.client.connection.close();
    // Temporal last: a client that loses it fills the log.
    for (const child of [this.worker, this.api, this.temporal]) await child.end();
    await this.release();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
