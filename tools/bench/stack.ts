import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../src/domain/ids';
import type { Reel } from '../../src/contract/schemas/reel';
import { embeddedTemporalEnv } from '../../src/local/processes/child-env';
import { LOOPBACK, urlOf } from '../../src/local/local-url';
import { findTemporalCli } from '../../src/local/temporal/temporal-binary';
import { applyRetention, startDevArguments } from '../../src/local/temporal/temporal-server';
import type { LedgerView } from '../../src/simulator/ledger/ledger-view';
import { BenchProcess } from './bench-process';
import { temporaryFolder } from '../stack/at-exit';
import { waitUntil } from './wait-until';
import { reservePort } from '../stack/reserve-port';

export interface StackOptions {
  /** Without secrets, and without settings of this machine. */
  readonly env: NodeJS.ProcessEnv;
  /** The base URL of a simulator that runs already, or how long the tasks of one of its own take. */
  readonly simulator: { readonly url: string } | { readonly taskSeconds: number };
  /** Settings of worker and API that are not the default. */
  readonly settings?: Readonly<Record<string, string>>;
}

const NAMESPACE = 'simulated';
const RETENTION_MS = 30 * 86_400_000;

/** Runs the service as `npm start` does, in processes and a data folder of its own, and ends it after `use`. */
export async function withStack<T>(options: StackOptions, use: (stack: Stack) => Promise<T>): Promise<T> {
  const folder = temporaryFolder('stack');
  const processes: BenchProcess[] = [];
  const spawn = (name: string, env: NodeJS.ProcessEnv, ...args: string[]): BenchProcess => {
    const child = new BenchProcess([join(__dirname, '../../dist', name), ...args], env, join(folder, 'log'));
    processes.push(child);
    return child;
  };
  let connection: Connection | undefined;
  try {
    const server = {
      host: LOOPBACK,
      port: await reservePort(),
      uiPort: await reservePort(),
      databaseFile: join(folder, 'temporal.db'),
      namespaces: [NAMESPACE],
    };
    const address = `${LOOPBACK}:${server.port}`;
    const cli = await findTemporalCli({ onProgress: console.error });
    const startTemporal = async (): Promise<BenchProcess> => {
      const lock = join(folder, 'lock');
      const child = spawn('local/processes/guard', options.env, lock, cli.path, ...startDevArguments(server));
      await waitUntil('Temporal', async () => {
        await applyRetention(address, server.namespaces, RETENTION_MS);
        return true;
      });
      return child;
    };
    const temporal = await startTemporal();

    const simulator = await startSimulator(options.simulator, (env) =>
      spawn('simulator/main', { ...options.env, ...env }),
    );
    const port = await reservePort();
    const env = {
      ...embeddedTemporalEnv(options.env, {
        address,
        namespace: NAMESPACE,
        uiUrl: urlOf(LOOPBACK, server.uiPort),
        dataDir: folder,
      }),
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: simulator,
      DATA_DIR: folder,
      PORT: String(port),
      DAILY_MAX_CREDITS: '0',
      ...options.settings,
    };
    const startWorker = (): BenchProcess => spawn('worker/main', env);
    const worker = startWorker();
    spawn('api/main', env);
    const api = urlOf(LOOPBACK, port);
    await waitUntil('the API and the worker', async () => (await fetch(`${api}/readyz`)).ok);

    connection = await Connection.connect({ address });
    const client = new Client({ connection, namespace: NAMESPACE });
    return await use(new Stack(api, simulator, client, startTemporal, startWorker, temporal, worker));
  } finally {
    await connection?.close();
    // Temporal last: a client that loses it fills the log.
    for (const child of processes.reverse()) await child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A service that runs. */
export class Stack {
  constructor(
    readonly api: string,
    private readonly simulator: string,
    readonly client: Client,
    private readonly startTemporal: () => Promise<BenchProcess>,
    private readonly startWorker: () => BenchProcess,
    public temporal: BenchProcess,
    public worker: BenchProcess,
  ) {}

  /** kill -9 of the worker, and a new one at once. @returns when it was dead, in milliseconds since 1970. */
  async replaceWorker(): Promise<number> {
    await this.worker.kill();
    const at = Date.now();
    this.worker = this.startWorker();
    return at;
  }

  /** kill -9 of Temporal, and a new one at once. @returns when that one answered, in milliseconds since 1970. */
  async replaceTemporal(): Promise<number> {
    await this.temporal.kill();
    this.temporal = await this.startTemporal();
    return Date.now();
  }

  /** Orders a reel, with a key where there are keys. @returns its ID. */
  async order(promptText: string, key?: string, webhookUrl?: string): Promise<string> {
    const { id } = await this.call<Reel>('/v1/reels', { promptText, webhookUrl }, key);
    return id;
  }

  /** @returns the HTTP status: it may be refused. */
  async tryOrder(promptText: string): Promise<number> {
    const answer = await this.send('/v1/reels', { promptText });
    await answer.text();
    return answer.status;
  }

  reel(id: string, key?: string): Promise<Reel> {
    return this.call<Reel>(`/v1/reels/${id}`, undefined, key);
  }

  async cancel(id: string): Promise<void> {
    await this.call(`/v1/reels/${id}/cancel`, {});
  }

  handle(id: string) {
    return this.client.workflow.getHandle(workflowIdOf(id));
  }

  async ledger(): Promise<LedgerView> {
    return (await (await fetch(`${this.simulator}/_simulator/ledger`)).json()) as LedgerView;
  }

  private async call<T>(path: string, body?: unknown, key?: string): Promise<T> {
    const answer = await this.send(path, body, key);
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  private send(path: string, body: unknown, key?: string): Promise<Response> {
    return fetch(this.api + path, {
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
  }
}

async function startSimulator(
  simulator: StackOptions['simulator'],
  spawn: (env: NodeJS.ProcessEnv) => unknown,
): Promise<string> {
  if ('url' in simulator) return simulator.url;
  const port = await reservePort();
  spawn({ SIMULATOR_PORT: String(port), SIMULATOR_TASK_SECONDS: String(simulator.taskSeconds) });
  const url = urlOf(LOOPBACK, port);
  await waitUntil('the simulator', async () => (await fetch(url)).ok);
  return url;
}
