/**
 * The whole service in this process: a real Temporal server, real workers, the real SDK and HTTP, and the
 * simulator as Runway. Faults that need a process to die are tested with `processes.ts` and `supervise.ts`.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import { type Activities, createActivities } from '../../src/activities';
import type { ActivityDeps } from '../../src/activities/deps';
import type { Backend } from '../../src/domain/backend';
import { workflowIdOf } from '../../src/domain/reel';
import { isTerminal } from '../../src/contract/reel';
import type { Reel } from '../../src/contract/schemas/reel';
import { createRunway } from '../../src/runway/runway';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/server';
import { storageRoot } from '../../src/storage/storage-root';
import { openStorage } from '../../src/storage/storage';
import { checkStructure } from './video-check';
import { readStandstills } from '../../src/platform/standstills';
import type { Storage } from '../../src/storage/storage';
import { ensureSearchAttributes } from '../../src/platform/temporal/ensure-search-attributes';
import { createWorkers } from '../../src/worker/create-workers';
import { type Api, reelOf, startApi } from './api';
import { reelThat } from '../../tools/stack/api-client';
import { eventually } from '../../tools/stack/eventually';
import { localTemporal } from '../../tools/stack/temporal';
import { WORKFLOW_BUNDLE } from './workflow-bundle';

export interface ServiceOptions {
  readonly simulator?: SimulatorOptions;
  readonly policy?: Partial<ActivityDeps['policy']>;
  /** Credits that may be spent in 24 hours; unset: no limit. */
  readonly dailyMaxCredits?: number;
  /** A file for Temporal's database; unset: it stays in memory. */
  readonly database?: string;
  /** `process`: no worker here, the test starts processes. */
  readonly worker?: 'process';
  /** Activities that go otherwise than the real ones, which they may call. */
  readonly activities?: (real: Activities) => Partial<Activities>;
}

/** Expected failures are part of most tests: only what nobody expects is worth a line. */
function silenceRuntime(): void {
  if (!runtimeIsSilent) Runtime.install({ logger: new DefaultLogger('ERROR') });
  runtimeIsSilent = true;
}
let runtimeIsSilent = false;

/**
 * Everything fast: a poll every 100 ms, tasks of 400 ms, 200 ms between generations. But an answer that takes seconds, as on a busy
 * machine, is none that was lost.
 */
const POLICY: ActivityDeps['policy'] = {
  regenerateLimit: 3,
  regenerateDelayMs: 200,
  pollIntervalMs: 100,
  submitTimeoutMs: 60_000,
  heartbeatTimeoutMs: 5_000,
  reelDeadlineMs: 600_000,
  onLostAnswer: 'ask',
  lostAnswerQuietMs: 200,
  decisionPatienceMs: 200,
  fetchPatienceMs: 120_000,
  outagePatienceMs: 1_000,
  stallPatienceMs: 60_000,
  fallbackWaitMs: 500,
};

/** Signs the webhooks of `local`, the only client of the API here, and of two more. Receivers are on this machine. */
export const WEBHOOK_SECRET = `whsec_${Buffer.from('canary of the webhook tests').toString('base64')}`;
const WEBHOOKS = {
  secrets: ['local', 'site', 'app'].map((client) => ({ client, secret: WEBHOOK_SECRET })),
  allowLoopback: true,
};

export class Service {
  private workers: { run: Promise<void>; all: Worker[] } | undefined;

  private constructor(
    readonly env: TestWorkflowEnvironment,
    readonly simulator: Simulator,
    readonly api: Api,
    readonly storage: Storage,
    readonly dataDir: string,
    private readonly backend: Backend,
    private readonly policy: ActivityDeps['policy'],
    private readonly dailyMaxCredits: number | undefined,
    private readonly changed: NonNullable<ServiceOptions['activities']> = () => ({}),
  ) {}

  static async start(options: ServiceOptions = {}): Promise<Service> {
    silenceRuntime();
    const env = await localTemporal({
      ...(options.database !== undefined && { dbFilename: options.database }),
      // As `npm start` has it: a memo over 2 kB is no reason for a warning.
      extraArgs: ['--dynamic-config-value', 'limit.memoSize.warn=65536'],
    });
    await ensureSearchAttributes(env.connection.operatorService, 'default');
    const simulator = await startSimulator({ taskSeconds: 0.4, ...options.simulator });
    const dataDir = await mkdtemp(path.join(tmpdir(), 'reels-service-'));
    const bound: Backend = { kind: 'simulator', baseUrl: simulator.url };
    const root = storageRoot(dataDir, bound);
    const storage = await openStorage({ root, check: checkStructure });
    const backend = { ...bound, database: storage.databaseId };
    const { dailyMaxCredits } = options;
    const api = await startApi(env.client, {
      storage,
      readStandstills: () => readStandstills(root),
      backend,
      settings: { apiKeys: [], corsOrigins: [], dailyMaxCredits, webhooks: WEBHOOKS },
    });
    const policy = { ...POLICY, ...options.policy };
    const service = new Service(
      env,
      simulator,
      api,
      storage,
      dataDir,
      backend,
      policy,
      dailyMaxCredits,
      options.activities,
    );
    if (options.worker !== 'process') await service.startWorkers();
    return service;
  }

  /** @param changes for a worker that is set up differently from the service. */
  async startWorkers(
    changes: Partial<Pick<ActivityDeps, 'admins' | 'backend' | 'retentionMs' | 'storage'>> = {},
  ): Promise<void> {
    const runway = createRunway({ apiSecret: `key_${'a'.repeat(128)}`, baseUrl: this.simulator.url });
    const deps = {
      backend: this.backend,
      storage: this.storage,
      policy: this.policy,
      statusUrl: `${this.simulator.url}/status`,
      budget: { dailyMaxCredits: this.dailyMaxCredits, keyDailyMaxCredits: {} },
      webhooks: WEBHOOKS,
      runway,
    };
    const real = createActivities({ ...deps, ...changes });
    const all = await createWorkers({
      connection: this.env.nativeConnection,
      namespace: 'default',
      activities: { ...real, ...this.changed(real) },
      workflows: { workflowBundle: { codePath: WORKFLOW_BUNDLE } },
      submitTimeoutMs: this.policy.submitTimeoutMs,
    });
    this.workers = { all, run: Promise.all(all.map((worker) => worker.run())).then(() => runway.close()) };
  }

  /** What a worker, or an API, needs that works beside this one as a process of its own. */
  get processSettings() {
    return {
      TEMPORAL_ADDRESS: this.env.address,
      TEMPORAL_NAMESPACE: 'default',
      DATA_DIR: this.dataDir,
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: this.simulator.url,
    };
  }

  async stopWorkers(): Promise<void> {
    if (!this.workers) return;
    for (const worker of this.workers.all) worker.shutdown();
    await this.workers.run;
    this.workers = undefined;
  }

  /**
   * Asks for a reel; `scenario` is one of the simulator's, `fields` any of the request's. As a careful client, it asks
   * again under the same key while a busy machine lets the service answer 503.
   */
  async order(
    scenario = '',
    fields: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Reel> {
    const promptText = `A calm sea at dawn ${scenario && `#${scenario}`}`.trim();
    const keyed = { 'idempotency-key': randomUUID(), ...headers };
    let refusal = '';
    const answer = await eventually('room for an order', async () => {
      const tried = await this.api.post('/v1/reels', { promptText, ...fields }, keyed);
      if (tried.status !== 503) return tried;
      refusal = await tried.text();
      return undefined;
    }).catch((error: Error) => {
      throw new Error(`${error.message}; the last answer: ${refusal}`);
    });
    // 200: a start that had answered 503 was there all the same.
    if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
    return reelOf(answer);
  }

  reel(id: string): Promise<Reel> {
    return reelOf(this.api.fetch(`/v1/reels/${id}`));
  }

  ended(id: string): Promise<Reel> {
    return this.until(id, 'the end', (reel) => isTerminal(reel.status));
  }

  until(id: string, what: string, condition: (reel: Reel) => boolean): Promise<Reel> {
    return reelThat(() => this.reel(id), `${what} of ${id}`, condition);
  }

  /** Orders a reel and waits for its end. */
  async make(scenario = '', fields: Record<string, unknown> = {}): Promise<Reel> {
    return this.ended((await this.order(scenario, fields)).id);
  }

  /** Waits until the run has closed: a reel shows its end a moment before. */
  async closed(id: string): Promise<WorkflowExecutionDescription> {
    await this.handle(id)
      .result()
      .catch(() => undefined);
    return this.handle(id).describe();
  }

  handle(id: string) {
    return this.env.client.workflow.getHandle(workflowIdOf(id));
  }

  /** POSTs that the vendor received for a prompt with this scenario. */
  posts(scenario: string) {
    const marker = new RegExp(`#${scenario}(?![\\w-])`);
    return this.simulator.ledger().posts.filter(({ prompt }) => prompt && marker.test(prompt));
  }

  tasks(scenario: string) {
    const ids = this.posts(scenario).map(({ taskId }) => taskId);
    return this.simulator.ledger().tasks.filter(({ id }) => ids.includes(id));
  }

  async stop(): Promise<void> {
    await this.stopWorkers();
    await this.api.close();
    await this.simulator.close();
    await this.env.teardown();
    await this.storage.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
