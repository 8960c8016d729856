/**
 * The real service as processes of its own, with something in every line between them that can break it:
 *
 *     client ─▶ API ─▶ grpc proxy ─▶ Temporal ◀─ grpc proxy ◀─ worker ─▶ http proxy ─▶ simulator
 *                                                                    └─▶ receiver of webhooks
 *
 * With `throughProxy` the vendor has a name that only a CONNECT proxy between worker and http proxy knows.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { parseDuration } from '../../src/contract/duration';
import { applyRetention, startDevArguments } from '../../src/local/temporal/temporal-server';
import { type Simulator, startSimulator } from '../../src/simulator/server';
import { ConnectProxy } from '../stack/connect-proxy';
import { eventually } from '../stack/eventually';
import { temporalCli } from '../stack/temporal';
import { type Change, commandOf, copyBuild } from '../stack/build';
import { Child } from '../stack/child';
import { GrpcProxy } from './grpc-proxy';
import { HttpProxy } from './http-proxy';
import { Receiver } from './receiver';
import { SmallDisk } from './small-disk';
import { CLIENT, SECRETS, STRANGER } from './secrets';
import { reservePort } from '../stack/reserve-port';

const NAMESPACE = 'simulated';
const DAY_MS = 86_400_000;

/** Everything fast, so that a cell takes seconds; what waits for the death of a process takes its real time. */
const SETTINGS = {
  POLL_INTERVAL: '500ms',
  HEARTBEAT_TIMEOUT: '3s',
  SUBMIT_TIMEOUT: '3s',
  REGENERATE_DELAY: '200ms',
  LOST_ANSWER_QUIET: '1s',
  DECISION_PATIENCE: '2s',
  FETCH_PATIENCE: '90s',
  OUTAGE_PATIENCE: '2s',
  REEL_DEADLINE: '10m',
  DAILY_MAX_CREDITS: '0',
  LOG_LEVEL: 'info',
} as const;

export interface StackOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** What the worker and the API run at first; absent: the copy of today's build. */
  readonly build?: string;
  /** Bugs to put into the worker and the API. */
  readonly changes?: readonly Change[];
  /** How long a usual task takes at the vendor. */
  readonly taskSeconds?: number;
  /** Whether Temporal's database and our files have disks of their own that can be filled. */
  readonly smallDisks?: boolean;
  /** No proxies between the processes: a load of many reels would wait for the harness. */
  readonly direct?: boolean;
  /** API and worker reach the vendor through a CONNECT proxy, as on a machine that knows names by its proxy only. */
  readonly throughProxy?: boolean;
}

/** Resolves nowhere. */
const NAME_AT_PROXY = 'runway.invalid';

export class Stack {
  /** Told when a client has its answer to a POST. */
  onAnswer: (() => Promise<void> | undefined) | undefined;

  private constructor(
    readonly folder: string,
    /** A copy of today's build; an upgrade goes on with what stands here. */
    public build: string,
    readonly dataDir: string,
    readonly apiUrl: string,
    readonly temporal: Child,
    readonly api: Child,
    readonly worker: Child,
    /** A second worker; not started. */
    readonly other: Child,
    readonly apiLine: GrpcProxy,
    readonly workerLine: GrpcProxy,
    readonly runwayLine: HttpProxy,
    /** The vendor's address, as the service knows it. */
    readonly runwayUrl: string,
    readonly tunnels: ConnectProxy | undefined,
    readonly receiver: Receiver,
    readonly simulator: Simulator,
    readonly client: Client,
    readonly disks: Readonly<Record<'temporal' | 'files', SmallDisk>> | undefined,
    /** Waits until Temporal can be reached, also one that has lost its database. */
    readonly temporalReady: () => Promise<unknown>,
  ) {}

  static async start(options: StackOptions = {}): Promise<Stack> {
    const folder = mkdtempSync(path.join(tmpdir(), 'reels-faults-'));
    const dataDir = path.join(folder, 'data');
    mkdirSync(dataDir);
    const disks = options.smallDisks ? smallDisks(dataDir) : undefined;
    const build = copyBuild(path.join(folder, 'build'), options.changes);
    const logs = (name: string) => path.join(folder, `${name}.log`);
    const plain = { PATH: process.env['PATH'] ?? '', HOME: folder };

    const temporalPort = await reservePort();
    const address = `127.0.0.1:${temporalPort}`;
    const server = {
      host: '127.0.0.1',
      port: temporalPort,
      uiPort: await reservePort(),
      databaseFile: path.join(dataDir, 'temporal.db'),
      namespaces: [NAMESPACE],
    };
    const cli = await temporalCli();
    const temporal = new Child('temporal', [cli.path, ...startDevArguments(server)], plain, logs('temporal'));
    const temporalReady = () =>
      eventually('Temporal', () => ready(() => applyRetention(address, [NAMESPACE], DAY_MS)));
    // It takes ports for its own parts as well, and ends when another program has one of them by then.
    temporal.restarts = true;
    temporal.start();
    await temporalReady();

    const simulator = await startSimulator({
      taskSeconds: options.taskSeconds ?? 2,
      dataFile: path.join(folder, 'simulator.journal'),
      name: NAME_AT_PROXY,
    });
    const [apiLine, workerLine] = [await GrpcProxy.start(address), await GrpcProxy.start(address)];
    const runwayLine = await HttpProxy.start(simulator.url);
    const tunnels = options.throughProxy ? await ConnectProxy.open() : undefined;
    const lineUrl = tunnels ? `http://${NAME_AT_PROXY}:${new URL(runwayLine.url).port}` : runwayLine.url;
    const runwayUrl = options.direct ? simulator.url : lineUrl;
    const receiver = await Receiver.start();
    const port = await reservePort();
    const env = {
      ...plain,
      ...SETTINGS,
      TEMPORAL_NAMESPACE: NAMESPACE,
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: runwayUrl,
      // Less than this is for loopback only.
      ...(tunnels && { HTTP_PROXY: tunnels.url, POLL_INTERVAL: '5s' }),
      DATA_DIR: dataDir,
      WEBHOOK_SECRET: `${CLIENT}:${SECRETS.webhook}`,
      WEBHOOK_ALLOW_LOOPBACK: '1',
      ...options.settings,
    };
    const begunWith = options.build ?? build;
    const ours = (name: string, main: string, extra: Readonly<Record<string, string>>) =>
      new Child(name, commandOf(begunWith, main), { ...env, ...extra }, logs(name));
    const apiSettings = {
      PORT: String(port),
      TEMPORAL_ADDRESS: options.direct ? address : apiLine.address,
      REEL_API_KEYS: `${CLIENT}:${SECRETS.apiKey},${STRANGER}:${SECRETS.strangersKey}`,
      CLIENT_REQUESTS_PER_SECOND: '1000',
    };
    const workerSettings = {
      TEMPORAL_ADDRESS: options.direct ? address : workerLine.address,
      NODE_OPTIONS: `--require ${path.join(__dirname, 'jumping-clock.cjs')}`,
      CLOCK_FILE: path.join(folder, 'clock'),
    };
    const connection = await Connection.connect({ address });
    const stack = new Stack(
      folder,
      build,
      dataDir,
      `http://127.0.0.1:${port}`,
      temporal,
      ours('api', 'api', apiSettings),
      ours('worker', 'worker', workerSettings),
      ours('other-worker', 'worker', workerSettings),
      apiLine,
      workerLine,
      runwayLine,
      runwayUrl,
      tunnels,
      receiver,
      simulator,
      new Client({ connection, namespace: NAMESPACE }),
      disks,
      temporalReady,
    );
    // In a soak it is a finding when one ends by itself.
    temporal.restarts = stack.worker.restarts = stack.api.restarts = !options.direct;
    stack.worker.start();
    stack.api.start();
    await stack.ready();
    return stack;
  }

  get pollIntervalMs(): number {
    return parseDuration(this.worker.env['POLL_INTERVAL'] ?? '') ?? Number.NaN;
  }

  /** Waits until a worker and Temporal can be reached through the API. */
  async ready(): Promise<void> {
    await eventually('the service', () => ready(async () => this.get('/readyz')));
  }

  async get(route: string): Promise<unknown> {
    const answer = await this.request(route);
    if (!answer.ok) throw new Error(`GET ${route}: HTTP ${answer.status}`);
    return answer.json();
  }

  request(route: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${SECRETS.apiKey}`, ...init.headers };
    return fetch(this.apiUrl + route, { signal: AbortSignal.timeout(20_000), ...init, headers });
  }

  log(name: 'api' | 'worker' | 'other-worker'): string {
    try {
      return readFileSync(path.join(this.folder, `${name}.log`), 'utf8');
    } catch {
      return '';
    }
  }

  /** No fault is left, and every process runs. */
  async calm(): Promise<void> {
    this.apiLine.tap = this.workerLine.tap = this.runwayLine.tap = () => undefined;
    this.onAnswer = undefined;
    this.receiver.tap = this.receiver.after = () => undefined;
    this.apiLine.set('fine');
    this.workerLine.set('fine');
    this.simulator.setHook();
    if (this.disks) for (const disk of Object.values(this.disks)) disk.free();
    for (const child of [this.temporal, this.worker, this.api]) {
      child.signal('SIGCONT');
      if (!child.isRunning) child.start();
    }
    await this.other.end();
    await this.ready();
  }

  async stop(): Promise<void> {
    await this.client.connection.close();
    for (const child of [this.other, this.worker, this.api, this.temporal]) await child.end();
    for (const part of [this.apiLine, this.workerLine, this.runwayLine, this.receiver, this.simulator]) {
      await part.close();
    }
    await this.tunnels?.close();
    this.disks?.files.unmount();
    this.disks?.temporal.unmount();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function smallDisks(dataDir: string): Stack['disks'] {
  const temporal = new SmallDisk(dataDir);
  const files = path.join(dataDir, 'simulated');
  mkdirSync(files);
  return { temporal, files: new SmallDisk(files) };
}

async function ready(ask: () => Promise<unknown>): Promise<boolean> {
  return ask().then(
    () => true,
    () => false,
  );
}
