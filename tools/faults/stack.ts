/**
 * The real service as processes of its own, with something in every line between them that can break it:
 *
 *     client ─▶ API ─▶ grpc proxy ─▶ Temporal ◀─ grpc proxy ◀─ worker ─▶ http proxy ─▶ simulator
 *                                                                    └─▶ receiver of webhooks
 *
 * With `throughProxy` the vendor has a name that only a CONNECT proxy between worker and http proxy knows.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseDuration } from '../../src/contract/duration';
import { type Simulator, startSimulator } from '../../src/simulator/server';
import { temporaryFolder } from '../stack/at-exit';
import { type Change, copyBuild } from '../stack/build';
import type { Child } from '../stack/child';
import { ConnectProxy } from '../stack/connect-proxy';
import { reservePort } from '../stack/reserve-port';
import { type ServicePlan, ServiceProcesses } from '../stack/service-processes';
import { startTemporal } from '../stack/temporal';
import { GrpcProxy } from './grpc-proxy';
import { HttpProxy } from './http-proxy';
import { WebhookReceiver } from '../stack/webhook-receiver';
import { CLIENT, SECRETS, STRANGER } from './auditor/secrets';
import { SmallDisk } from './small-disk';

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

export class Stack extends ServiceProcesses {
  /** Told when a client has its answer to a POST. */
  onAnswer: (() => Promise<void> | undefined) | undefined;
  /** A second worker; not started. */
  readonly other: Child;

  private constructor(
    plan: ServicePlan,
    /** A copy of today's build; an upgrade goes on with what stands here. */
    public build: string,
    readonly apiLine: GrpcProxy,
    readonly workerLine: GrpcProxy,
    readonly runwayLine: HttpProxy,
    /** The vendor's address, as the service knows it. */
    readonly runwayUrl: string,
    readonly tunnels: ConnectProxy | undefined,
    readonly receiver: WebhookReceiver,
    readonly simulator: Simulator,
    readonly disks: Readonly<Record<'temporal' | 'files', SmallDisk>> | undefined,
  ) {
    super(plan);
    this.other = this.process('other-worker', 'worker', plan.workerSettings);
  }

  static async start(options: StackOptions = {}): Promise<Stack> {
    const folder = temporaryFolder('faults');
    const dataDir = path.join(folder, 'data');
    mkdirSync(dataDir);
    const disks = options.smallDisks ? smallDisks(dataDir) : undefined;
    const build = copyBuild(path.join(folder, 'build'), options.changes);
    const env = { PATH: process.env['PATH'], HOME: folder };

    const temporal = await startTemporal(dataDir, env, path.join(folder, 'temporal.log'));
    const simulator = await startSimulator({
      taskSeconds: options.taskSeconds ?? 2,
      dataFile: path.join(folder, 'simulator.journal'),
      name: NAME_AT_PROXY,
    });
    const [apiLine, workerLine] = [
      await GrpcProxy.start(temporal.address),
      await GrpcProxy.start(temporal.address),
    ];
    const runwayLine = await HttpProxy.start(simulator.url);
    const tunnels = options.throughProxy ? await ConnectProxy.open() : undefined;
    const lineUrl = tunnels ? `http://${NAME_AT_PROXY}:${new URL(runwayLine.url).port}` : runwayLine.url;
    const runwayUrl = options.direct ? simulator.url : lineUrl;
    const plan: ServicePlan = {
      ...{ folder, dataDir, temporal, runwayUrl, env },
      build: options.build ?? build,
      port: await reservePort(),
      key: SECRETS.apiKey,
      settings: {
        ...SETTINGS,
        // Less than this is for loopback only.
        ...(tunnels && { HTTP_PROXY: tunnels.url, POLL_INTERVAL: '5s' }),
        WEBHOOK_SECRET: `${CLIENT}:${SECRETS.webhook}`,
        WEBHOOK_ALLOW_LOOPBACK: '1',
        ...options.settings,
      },
      apiSettings: {
        ...(!options.direct && { TEMPORAL_ADDRESS: apiLine.address }),
        REEL_API_KEYS: `${CLIENT}:${SECRETS.apiKey},${STRANGER}:${SECRETS.strangersKey}`,
        CLIENT_REQUESTS_PER_SECOND: '1000',
      },
      workerSettings: {
        ...(!options.direct && { TEMPORAL_ADDRESS: workerLine.address }),
        NODE_OPTIONS: `--require ${path.join(__dirname, 'jumping-clock.cjs')}`,
        CLOCK_FILE: path.join(folder, 'clock'),
      },
    };
    const receiver = await WebhookReceiver.start();
    const lines = [apiLine, workerLine, runwayLine] as const;
    const stack = new Stack(plan, build, ...lines, runwayUrl, tunnels, receiver, simulator, disks);
    // In a soak it is a finding when one ends by itself.
    for (const child of [stack.temporal, stack.worker, stack.api]) {
      child.whenItDies = options.direct ? 'stays dead' : 'starts again';
    }
    await stack.begin();
    return stack;
  }

  get pollIntervalMs(): number {
    return parseDuration(this.worker.env['POLL_INTERVAL'] ?? '') ?? Number.NaN;
  }

  override request(route: string, init: RequestInit = {}): Promise<Response> {
    return super.request(route, { signal: AbortSignal.timeout(20_000), ...init });
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

  protected override async release(): Promise<void> {
    await this.other.end();
    for (const part of [this.apiLine, this.workerLine, this.runwayLine, this.receiver, this.simulator]) {
      await part.close();
    }
    await this.tunnels?.close();
    this.disks?.files.unmount();
    this.disks?.temporal.unmount();
  }
}

function smallDisks(dataDir: string): Stack['disks'] {
  const temporal = new SmallDisk(dataDir);
  const files = path.join(dataDir, 'simulated');
  mkdirSync(files);
  return { temporal, files: new SmallDisk(files) };
}
