/**
 * `npm run resume`: takes up the unfinished reels of DATA_DIR in a Temporal that does not know them, with the settings
 * of a worker. `npm start` does so by itself for the server that it runs.
 */
import { inspect } from 'node:util';
import { Connection } from '@temporalio/client';
import { printable } from '../contract/text';
import { backendOf, ConfigError, loadConfig } from '../platform/config';
import { taskQueues } from '../domain/task-queues';
import { redact } from '../platform/logging';
import { exceptLoopback } from '../platform/outbound/proxies';
import { DatabaseError } from '../database/open-sql';
import { openStorage } from '../storage/storage';
import { storageRoot } from '../storage/storage-root';
import { temporalSettings } from '../platform/temporal/settings';
import { describeResumed } from '../recovery/describe-resumed';
import { resumeAfterLoss } from '../recovery/resume-after-loss';

async function main(): Promise<void> {
  exceptLoopback(process.env);
  const config = loadConfig();
  const backend = backendOf(config);
  const { connectionOptions, namespace } = temporalSettings(backend);
  const connection = await Connection.connect(connectionOptions);
  const root = storageRoot(config.dataDir, backend);
  const storage = await openStorage({ root, databaseUrl: config.databaseUrl });
  const resumed = await resumeAfterLoss(connection, namespace, {
    root,
    always: true,
    storage,
    taskQueue: taskQueues(config.temporal.taskQueuePrefix).reels,
    policy: config.policy,
    publicUrl: config.publicUrl,
    warn: (line) => console.warn(printable(line)),
  });
  const all = `Temporal knows all unfinished reels of ${root} already.`;
  console.log(printable((resumed && describeResumed(resumed)) ?? all));
  await connection.close();
  await storage.close();
}

main().catch((error: unknown) => {
  const isSetting = error instanceof ConfigError || error instanceof DatabaseError;
  console.error(printable(redact(isSetting ? error.message : inspect(error))));
  // A connection that was opened would keep it.
  process.exit(isSetting ? 2 : 1);
});
