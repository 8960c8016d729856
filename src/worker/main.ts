/** The worker process: runs workflows and activities. `npm run start:worker`. */
import { Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createActivities } from '../activities';
import { backendOf, ConfigError, loadConfig } from '../config';
import { describeBackend } from '../domain/backend';
import { createLogger } from '../logging';
import { onShutdown } from '../process-lifetime';
import { createRunway } from '../runway/runway';
import { createDirectoryStorage } from '../storage/directory-storage';
import { runwayAccess } from '../runway-access';
import { storageRoot } from '../storage-root';
import { ensureSearchAttributes } from '../temporal/ensure-search-attributes';
import { temporalSettings } from '../temporal/settings';
import { createWorkers } from './create-workers';
import { keepTouching } from './health-file';

async function main(): Promise<void> {
  const config = loadConfig();
  const backend = backendOf(config);
  const logger = createLogger('worker', config.logLevel);
  Runtime.install({
    // One place for shutdown: the SDK would otherwise end the workers at the first signal, beside us.
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const line = { ...meta };
      // The worker of the waits has activities only, which the SDK finds worth a warning at every start.
      if (message.startsWith('No workflows registered')) return logger.debug(line, message);
      if (level === 'ERROR') logger.error(line, message);
      else if (level === 'WARN') logger.warn(line, message);
      else logger.info(line, message);
    }),
  });

  const { connectionOptions, namespace } = temporalSettings(backend);
  const client = await Connection.connect(connectionOptions);
  await ensureSearchAttributes(client.operatorService, namespace);
  await client.close();

  const connection = await NativeConnection.connect(connectionOptions);
  const storage = createDirectoryStorage({ root: storageRoot(config.dataDir, backend) });
  const runway = createRunway(runwayAccess(config));
  const bundle = path.join(__dirname, '../workflow-bundle.js');
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
      publicUrl: config.publicUrl,
    }),
    workflows: existsSync(bundle)
      ? { workflowBundle: { codePath: bundle } }
      : { workflowsPath: require.resolve('../workflows') },
    submitTimeoutMs: config.policy.submitTimeoutMs,
  });
  logger.info({ namespace, backend: describeBackend(backend), storage: storage.describe() }, 'worker is up');

  if (config.healthFile !== undefined) keepTouching(config.healthFile);
  const runs = Promise.all(workers.map((worker) => worker.run()));
  onShutdown(async (reason) => {
    logger.info({ reason }, 'stopping: no new work; activities finish or hand back');
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await runs;
    await runway.close();
    await connection.close();
    logger.info('worker has stopped');
  });
  await runs;
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  } else {
    createLogger('worker', 'error').fatal({ err: error }, 'the worker has died');
    process.exitCode = 1;
  }
});
