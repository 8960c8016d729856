/** The HTTP API as a process: puts everything together, listens, and drains when it is stopped. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@temporalio/client';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { backendOf, ConfigError, loadConfig, requireKeysInPublic } from '../platform/config';
import { DatabaseError } from '../database/open-sql';
import { StorageError } from '../platform/files/disk-fault';
import { describeBackend } from '../domain/backend';
import { taskQueues } from '../domain/task-queues';
import { printable } from '../contract/text';
import type { MetricSpec } from '../contract/worker-metrics';
import { watchEventLoop } from '../platform/event-loop-watch';
import { createLogger, redact } from '../platform/logging';
import { describeConnections } from '../platform/outbound/proxies';
import { exceptLoopback } from '../platform/outbound/proxies';
import { keepFilesPrivate } from '../platform/private-files';
import { onShutdown } from '../platform/process-lifetime';
import { createAccountReader } from '../runway/calls/account-reader';
import { createRunway } from '../runway/runway';
import { runwayAccess } from '../platform/runway-access';
import { secretsOf } from '../platform/secrets-of';
import { openStorage } from '../storage/storage';
import { readStandstills } from '../platform/standstills';
import { readVideoCheckNote } from '../media/video-check-note';
import { storageRoot } from '../storage/storage-root';
import { ensureSearchAttributes } from '../platform/temporal/ensure-search-attributes';
import { temporalSettings } from '../platform/temporal/settings';
import { tracingFor } from '../platform/tracing/tracing-for';
import { createApp } from './app';
import { connectionBound, createHttpServer } from './http/server';
import { API_METRICS } from './health/api-metrics';
import { keepNotingEnds } from './reels/list/note-ends';
import { once } from './http/shared-calls';
import { connectLazily } from './temporal/temporal-connection';
import { callTemporal, TemporalUnreachable } from './temporal/temporal-call';

/** Time that running requests get at shutdown; a video that is being watched is cut off after it. */
const DRAIN_MS = 10_000;

async function main(): Promise<void> {
  keepFilesPrivate();
  exceptLoopback(process.env);
  const config = loadConfig();
  requireKeysInPublic(config);
  const bound = backendOf(config);
  const root = storageRoot(config.dataDir, bound);
  watchEventLoop({ name: 'api', limitMs: config.standstillLimitMs, storageRoot: root }, process.env);
  const { connectionOptions, namespace } = temporalSettings(bound);
  const logger = createLogger('api', config.logLevel, secretsOf(config, connectionOptions));
  const tracing = tracingFor(config, 'api');
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const connection = connectLazily(connectionOptions);
  const interceptors = tracing && { workflow: [tracing.client] };
  const client = new Client({ connection, namespace, interceptors });
  const say = (line: string) => logger.warn(line);
  const storage = await openStorage({ root, databaseUrl: config.databaseUrl, say });
  const backend = { ...bound, database: storage.databaseId };
  const runway = createRunway(runwayAccess(config), tracing?.aroundCall);
  const prepareTemporal = once(() => ensureSearchAttributes(connection.operatorService, namespace));

  const baseUrl = () => config.publicUrl ?? addressOf(server);
  const settings = {
    apiKeys: config.apiKeys,
    admins: config.admins,
    limits: config.limits,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    publicUrl: config.publicUrl,
    defaultMaxCredits: config.policy.defaultMaxCredits,
    fallbackTimes: config.policy,
    ...config.budget,
    webhooks: {
      secrets: config.webhooks.secrets.map(({ client: name }) => ({ client: name })),
      allowLoopback: config.webhooks.allowLoopback,
    },
  };
  const stopping = new AbortController();
  const maxConnections = connectionBound();
  const app = createApp({
    client,
    prepareTemporal,
    storage,
    readStandstills: () => readStandstills(root),
    readVideoCheck: () => readVideoCheckNote(root),
    backend,
    taskQueues: taskQueues(config.temporal.taskQueuePrefix),
    settings,
    logger,
    baseUrl,
    temporalUiUrl: config.temporal.uiUrl,
    stopping: stopping.signal,
    metrics,
    traceRequests: tracing?.requests,
    maxConnections,
    connections: describeConnections(
      { runway: backend.baseUrl, statusPage: config.runway.statusUrl },
      config.proxies,
    ),
    account: createAccountReader({ runway, statusUrl: config.runway.statusUrl }),
  });
  const counter = ({ name, about: help, labels: labelNames }: MetricSpec) =>
    new Counter({ registers: [metrics], name, help, labelNames });
  const refused = counter(API_METRICS.refusedConnections);
  const broken = counter(API_METRICS.brokenRequests);
  const server = createHttpServer(app, {
    maxConnections,
    onRefused: () => refused.inc(),
    onBroken: (status) => broken.inc({ status: String(status) }),
  });
  await listen(server, config.host, config.port);
  const facts = { url: baseUrl(), backend: describeBackend(backend), namespace, storage: storage.describe() };
  logger.info(facts, `listening on ${addressOf(server)}`);

  onShutdown(async (reason) => {
    logger.info({ reason }, 'stopping: no new requests');
    stopping.abort();
    // The connection to Temporal stays: a retry of the SDK that meets a closed one ends the process by a throw.
    await close(server);
    await runway.close();
    await storage.close();
    await tracing?.stop();
    logger.info('stopped');
  });

  void keepNotingEnds({ client, storage, settings, logger }, stopping.signal);
  const nobodyWaits = 'Temporal cannot be reached yet.';
  await callTemporal(client, nobodyWaits, prepareTemporal).catch((error: unknown) => {
    if (!(error instanceof TemporalUnreachable)) throw error;
    logger.warn('Temporal cannot be reached yet; each request tries again');
  });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The URL of this process on this machine: loopback, where it listens on all addresses. */
function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function close(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}

main().catch((error: unknown) => {
  console.error(printable(redact(explain(error))));
  process.exit(isSetting(error) ? 2 : 1);
});

function isSetting(error: unknown): boolean {
  return error instanceof ConfigError || error instanceof DatabaseError;
}

/** The message alone of an error that the operator can act on; a bug with its stack. */
function explain(error: unknown): string {
  const { code, port, name, message, stack } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `PORT ${port} is in use: set PORT to a free one (0 takes any).`;
  const forPeople = name === 'Error' || isSetting(error) || error instanceof StorageError;
  return String(forPeople ? message : (stack ?? error));
}
