/** The worker process: runs workflows and activities. `npm run start:worker`. */
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { existsSync, writeFileSync } from 'node:fs';
import { createActivities } from '../activities';
import { backendOf, type Config, ConfigError, loadConfig } from '../platform/config';
import { printable } from '../contract/text';
import { LOCAL_CLIENT } from '../domain/admins';
import { describeBackend } from '../domain/backend';
import { watchEventLoop } from '../platform/event-loop-watch';
import { createLogger } from '../platform/logging';
import { exceptLoopback } from '../platform/outbound/proxies';
import { keepFilesPrivate } from '../platform/private-files';
import { onShutdown } from '../platform/process-lifetime';
import { aroundAll } from '../runway/calls/around-call';
import { createRunway } from '../runway/runway';
import { FfmpegError, findFfmpeg } from '../media/ffmpeg';
import { createVideoCheck } from '../media/video-check';
import { DatabaseError } from '../database/open-sql';
import { openStorage } from '../storage/storage';
import { writeVideoCheckNote } from '../media/video-check-note';
import { runwayAccess } from '../platform/runway-access';
import { secretsOf } from '../platform/secrets-of';
import { storageRoot } from '../storage/storage-root';
import { ensureSearchAttributes } from '../platform/temporal/ensure-search-attributes';
import { ensureRetentionSchedule } from '../platform/temporal/retention-schedule';
import { temporalSettings } from '../platform/temporal/settings';
import { tracingFor } from '../platform/tracing/tracing-for';
import { createWorkers } from './create-workers';
import { installRuntime } from './install-runtime';
import { watchRunwayCalls } from './watch-runway-calls';
import { BUNDLE, TRACED_BUNDLE, WORKFLOW_TRACES } from './workflow-bundle';
import { claimPort } from '../platform/free-port';

/** The SDK's 10 s are short for a machine on which everything starts at once. */
const CONNECTED_WITHIN = '30s';

async function main(): Promise<void> {
  keepFilesPrivate();
  exceptLoopback(process.env);
  const config = loadConfig();
  const bound = backendOf(config);
  const root = storageRoot(config.dataDir, bound);
  watchEventLoop({ name: 'worker', limitMs: config.standstillLimitMs, storageRoot: root }, process.env);
  const ffmpeg = await findFfmpeg(config.ffmpegPath, process.env['PATH'] ?? '');
  await writeVideoCheckNote(root, { checked: ffmpeg ? 'decoded' : 'structure', ffmpeg: ffmpeg?.version });
  const { connectionOptions, namespace } = temporalSettings(bound);
  const logger = createLogger('worker', config.logLevel, secretsOf(config, connectionOptions));
  const metrics = await metricsAddress(config.metrics);
  installRuntime(logger, metrics);
  const tracing = tracingFor(config, 'worker');
  const storage = await openStorage({
    root,
    databaseUrl: config.databaseUrl,
    check: createVideoCheck({ ffmpeg }),
    videoMaxBytes: config.videoMaxBytes,
    say: (line) => logger.warn(line),
  });
  const backend = { ...bound, database: storage.databaseId };

  const setUp = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECTED_WITHIN });
  await ensureSearchAttributes(setUp.operatorService, namespace);
  await ensureRetentionSchedule(new Client({ connection: setUp, namespace }), {
    taskQueuePrefix: config.temporal.taskQueuePrefix,
    retentionMs: config.reelRetentionMs,
  });
  await setUp.close();

  const connection = await NativeConnection.connect(connectionOptions);
  const runway = createRunway(
    runwayAccess(config),
    aroundAll([...(tracing ? [tracing.aroundCall] : []), watchRunwayCalls(Runtime.instance().metricMeter)]),
  );
  const workers = await createWorkers({
    connection,
    namespace,
    taskQueuePrefix: config.temporal.taskQueuePrefix,
    activities: createActivities({
      backend,
      runway,
      storage,
      policy: config.policy,
      budget: config.budget,
      statusUrl: config.runway.statusUrl,
      webhooks: config.webhooks,
      retentionMs: config.reelRetentionMs,
      admins: { admins: config.admins, keysAreSet: keysAreSet(config) },
      proxies: config.proxies,
      publicUrl: config.publicUrl,
    }),
    workflows: { workflowBundle: await workflowBundle(tracing !== undefined) },
    submitTimeoutMs: config.policy.submitTimeoutMs,
    tracing: tracing?.worker,
  });
  const facts = {
    namespace,
    backend: describeBackend(backend),
    storage: storage.describe(),
    ffmpeg: ffmpeg?.version ?? 'none',
  };
  logger.info({ ...facts, metrics: metrics && `http://${metrics}/metrics` }, 'worker is up');

  if (config.healthFile !== undefined) keepTouching(config.healthFile);
  const runs = Promise.all(workers.map((worker) => worker.run()));
  onShutdown(async (reason) => {
    logger.info({ reason }, 'stopping: no new work; activities finish or hand back');
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await runs;
    await runway.close();
    await connection.close();
    await storage.close();
    await tracing?.stop();
    logger.info('worker has stopped');
  });
  await runs;
}

/** What the build has made ready. Run from the sources, as tests do it, a worker makes its own. */
async function workflowBundle(traced: boolean): Promise<WorkflowBundleOption> {
  const ready = traced ? TRACED_BUNDLE : BUNDLE;
  if (existsSync(ready)) return { codePath: ready };
  return bundleWorkflowCode({
    workflowsPath: require.resolve('../workflows'),
    workflowInterceptorModules: traced ? [WORKFLOW_TRACES] : [],
    // webpack tells at length, and not in JSON, what it has put together.
    logger: new DefaultLogger('WARN'),
  });
}

/** A worker in a container is not given the keys: secrets of other clients than `local` say as well that there are some. */
function keysAreSet({ apiKeys, webhooks }: Config): boolean {
  return apiKeys.length > 0 || webhooks.secrets.some(({ client }) => client !== LOCAL_CLIENT);
}

main().catch((error: unknown) => {
  const isSetting = [ConfigError, FfmpegError, DatabaseError].some((kind) => error instanceof kind);
  if (isSetting) process.stderr.write(`${printable((error as Error).message)}\n`);
  else createLogger('worker', 'error').fatal({ err: error }, 'the worker has died');
  // Temporal's runtime would keep a process alive that does nothing any more, and nobody would start another.
  process.exit(isSetting ? 2 : 1);
});

const EVERY_MS = 10_000;

/**
 * Writes the file now and every 10 s from the event loop: its age tells a process that is stuck from one that
 * works. Keeps no process alive.
 */
function keepTouching(path: string): void {
  const touch = (): void => writeFileSync(path, '');
  touch();
  setInterval(touch, EVERY_MS).unref();
}

/**
 * Where the worker shows its metrics, as `host:port`; undefined where no port is set.
 *
 * @throws PortInUseError naming the setting and the fix.
 */
async function metricsAddress({ host, port }: Config['metrics']): Promise<string | undefined> {
  if (port === undefined) return undefined;
  const free = await claimPort('METRICS_PORT', port, host);
  return `${host.includes(':') ? `[${host}]` : host}:${free}`;
}
