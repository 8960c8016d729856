import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { loadClientConfigProfile } from '@temporalio/envconfig';
import { Agent, fetch as undiciFetch } from 'undici';
import type { Config } from '../platform/config';
import { cutText } from '../contract/text';
import { taskQueues } from '../domain/task-queues';
import { describeResumed } from '../recovery/describe-resumed';
import { resumeAfterLoss } from '../recovery/resume-after-loss';
import { openStorage, type Storage } from '../storage/storage';
import { storageRoot } from '../storage/storage-root';
import type { BannerFacts } from './banner';
import { childEnv, embeddedTemporalEnv, plainEnv } from './processes/child-env';
import type { ChildSpec } from './processes/child';
import { guardCliVersion } from './temporal/cli-version-guard';
import { claimPort } from '../platform/free-port';
import { workflowsPage } from '../platform/temporal/settings';
import { urlOf } from './local-url';
import type { Supervisor } from './processes/supervisor';
import { findTemporalCli } from './temporal/temporal-binary';
import { DATABASE_FILE, EmbeddedTemporal } from './temporal/embedded-temporal';
import { requireDatabasePath } from './temporal/temporal-database';
import { terminalLine } from './terminal-line';

const READY_WITHIN_MS = 60_000;
/** What a worker needs beyond the longest submit, to write down its answer and hand back the rest. */
const WORKER_SLACK_MS = 30_000;
const GRACE_MS = 15_000;
/** A child whose event loop stands still ends itself, and says why in its log; later than that the supervisor does. */
const SILENCE_SLACK_MS = 5_000;

export interface ServiceContext {
  readonly config: Config;
  /** Absolute. */
  readonly dataDir: string;
  readonly lockFile: string;
  readonly supervisor: Supervisor;
  /** Prints a line on the terminal. */
  readonly say: (line: string) => void;
}

/**
 * Starts the parts of the service one after the other, each when those that it needs are ready.
 *
 * @param onAddress called with the API's address before anything runs.
 * @throws StartError, PortInUseError, BinaryNotFoundError, OlderCliError with a message for the user.
 */
export async function startService(
  context: ServiceContext,
  onAddress: (url: string) => void,
): Promise<BannerFacts> {
  const { config, dataDir, supervisor } = context;
  // Before anything else: what an earlier version kept is moved, and a database that must not be used is refused.
  await (await openOwnStorage(context)).close();
  const port = await claimPort('PORT', config.port, config.host);
  const local = urlOf(config.host, port);
  onAddress(local);

  const practice = config.runway.apiSecret === undefined;
  const temporalEnv = await startTemporal(context, practice ? 'simulated' : 'default');
  const simulator = practice && !config.runway.simulator ? await startSimulator(context) : undefined;

  const { metrics } = config;
  const metricsPort =
    metrics.port === undefined ? undefined : await claimPort('METRICS_PORT', metrics.port, metrics.host);
  const env: NodeJS.ProcessEnv = {
    ...temporalEnv,
    ...(simulator === undefined ? {} : { SIMULATOR: '1', RUNWAYML_BASE_URL: simulator }),
    DATA_DIR: dataDir,
    PORT: String(port),
    ...(metricsPort === undefined ? {} : { METRICS_PORT: String(metricsPort) }),
  };
  for (const [name, folder, stopGraceMs] of [
    ['worker', 'worker', config.policy.submitTimeoutMs + WORKER_SLACK_MS],
    ['API', 'api', GRACE_MS],
  ] as const) {
    const show = (line: string) => terminalLine(folder, line);
    await supervisor.start({
      ...part(context, name, folder, childEnv(folder, env, config)),
      command: [mainOf(folder)],
      stopGraceMs,
      show,
    });
  }
  await supervisor.until('The API', READY_WITHIN_MS, () => answers(`${local}/readyz`));
  return {
    api: config.publicUrl ?? local,
    temporalUi: temporalUiOf(env),
    simulator: simulator ?? (practice ? config.runway.baseUrl : undefined),
    metrics: metricsPort === undefined ? undefined : `${urlOf(metrics.host, metricsPort)}/metrics`,
    dataDir,
    needsKey: config.apiKeys.length > 0,
  };
}

/** Temporal's list of our runs: practice reels are in a namespace of their own, and the UI opens another one. */
function temporalUiOf({ TEMPORAL_UI_URL: url, TEMPORAL_NAMESPACE: namespace }: NodeJS.ProcessEnv) {
  if (!url) return undefined;
  return namespace ? workflowsPage(url, namespace) : url;
}

/** Starts the embedded server unless the environment names another. Returns the environment to connect with. */
async function startTemporal(context: ServiceContext, ownNamespace: string): Promise<NodeJS.ProcessEnv> {
  const { config, dataDir, lockFile, supervisor, say } = context;
  const profile = loadClientConfigProfile();
  if (profile.address) return process.env;

  const namespace = profile.namespace || ownNamespace;
  const cli = await findTemporalCli({ cliPath: config.temporal.cliPath, onProgress: say });
  guardCliVersion(dataDir, cli);
  requireDatabasePath(join(dataDir, DATABASE_FILE));
  if (!cli.pinned) {
    say(
      `Temporal CLI ${cli.version} at ${cli.path} is your own choice (TEMPORAL_CLI_PATH). Nobody checks it.`,
    );
  }
  const spec = part(context, 'Temporal server', 'temporal', plainEnv(process.env));
  const temporal = new EmbeddedTemporal(config.temporal, {
    cliPath: cli.path,
    dataDir,
    lockFile,
    logFile: spec.logFile,
    namespaces: [...new Set(['default', 'simulated', namespace])],
    say,
  });
  await supervisor.start({
    ...spec,
    command: await temporal.command(),
    again: (end) => temporal.again(end),
  });
  await supervisor.until('Temporal', READY_WITHIN_MS, () => temporal.isReady());
  const { address, uiUrl } = temporal;
  // Before the API: a reel must not read as lost, and then go on.
  await resume(context, address, namespace);
  return embeddedTemporalEnv(process.env, { address, namespace, uiUrl, dataDir });
}

/** Starts the reels again that a lost database knew. */
async function resume(context: ServiceContext, address: string, namespace: string): Promise<void> {
  const { config, say } = context;
  const root = storageRootOf(context);
  const storage = await openOwnStorage(context);
  const connection = await Connection.connect({ address });
  try {
    const resumed = await resumeAfterLoss(connection, namespace, {
      root,
      storage,
      taskQueue: taskQueues(config.temporal.taskQueuePrefix).reels,
      policy: config.policy,
      publicUrl: config.publicUrl,
      warn: say,
    });
    const words = resumed && describeResumed(resumed);
    if (words !== undefined) say(words);
  } finally {
    await connection.close();
    await storage.close();
  }
}

function openOwnStorage(context: ServiceContext): Promise<Storage> {
  const { config, say } = context;
  return openStorage({ root: storageRootOf(context), databaseUrl: config.databaseUrl, say });
}

/** As the worker and the API will find it. */
function storageRootOf({ config, dataDir }: ServiceContext): string {
  const { apiSecret, baseUrl, simulator } = config.runway;
  const kind = simulator || apiSecret === undefined ? 'simulator' : 'runway';
  return storageRoot(dataDir, { kind, baseUrl });
}

/** Returns its base URL. */
async function startSimulator(context: ServiceContext): Promise<string> {
  const { config, dataDir, supervisor } = context;
  const { host } = config.simulator;
  const port = await claimPort('SIMULATOR_PORT', config.simulator.port, host);
  const folder = join(dataDir, 'simulated');
  mkdirSync(folder, { recursive: true });
  const env = {
    ...plainEnv(process.env),
    SIMULATOR_HOST: host,
    SIMULATOR_PORT: String(port),
    SIMULATOR_DATA: join(folder, 'simulator.journal'),
    STANDSTILL_LIMIT: `${config.standstillLimitMs}ms`,
  };
  await supervisor.start({ ...part(context, 'simulator', 'simulator', env), command: [mainOf('simulator')] });
  const url = urlOf(host, port);
  await supervisor.until('The simulator', READY_WITHIN_MS, () => answers(`${url}/`));
  return url;
}

/** What all parts have in common. */
function part(
  { config, dataDir }: ServiceContext,
  name: string,
  logName: string,
  env: NodeJS.ProcessEnv,
): Omit<ChildSpec, 'command'> {
  const logFile = join(dataDir, 'logs', `${logName}.log`);
  const silenceLimitMs = config.standstillLimitMs + SILENCE_SLACK_MS;
  return { name, env, logFile, stopGraceMs: GRACE_MS, silenceLimitMs, show: () => undefined };
}

function mainOf(folder: string): string {
  return join(__dirname, '..', folder, 'main');
}

/** Whatever proxy Node itself would use: the parts of the service are on this machine. */
const direct = new Agent();

async function answers(url: string): Promise<boolean> {
  const options = { signal: AbortSignal.timeout(5_000), dispatcher: direct };
  const answer = await undiciFetch(url, options).catch((error: Error) => {
    // fetch itself says no more than "fetch failed".
    throw error.cause ?? error;
  });
  if (answer.ok) return true;
  throw new Error(`${url} answers ${answer.status}: ${cutText(await answer.text(), 500)}`);
}
