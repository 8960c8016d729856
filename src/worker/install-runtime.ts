import { DefaultLogger, Runtime } from '@temporalio/worker';
import { reelIdOf } from '../domain/reel';
import { type MetricSpec, WORKER_METRICS } from '../contract/worker-metrics';
import type { Logger } from '../platform/logging';

/**
 * Sets up what all workers of this process share: Temporal's SDK writes into our log, and shows its metrics and ours
 * at one address.
 *
 * @param metricsAddress `host:port`; without it nothing is measured.
 * @throws Error when the address is in use.
 */
export function installRuntime(logger: Logger, metricsAddress?: string): void {
  const level = logger.isLevelEnabled('debug') ? 'DEBUG' : 'INFO';
  Runtime.install({
    // One place for shutdown: the SDK would otherwise end the workers at the first signal, beside us.
    shutdownSignals: [],
    logger: new DefaultLogger(level, ({ level, message, meta }) => {
      // The worker of the waits has activities only, which the SDK finds worth a warning at every start.
      const known = message.startsWith('No workflows registered');
      logger[known ? 'debug' : PINO_LEVEL[level]](withReelId(meta), message);
    }),
    telemetryOptions: {
      // The native part would otherwise write lines of its own kind onto standard error.
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress !== undefined && {
        metrics: {
          prometheus: {
            bindAddress: metricsAddress,
            countersTotalSuffix: true,
            unitSuffix: true,
            useSecondsForDurations: true,
            histogramBucketOverrides: buckets(Object.values(WORKER_METRICS)),
          },
        },
      }),
    },
  });
}

const PINO_LEVEL = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const;

/** @param meta of a line: workflows and activities have the ID of their workflow in it. */
function withReelId({ taskToken: _permitsToAnswer, ...meta }: Record<string, unknown> = {}) {
  const { reelId, workflowId } = meta;
  const known = reelId ?? (typeof workflowId === 'string' ? reelIdOf(workflowId) : undefined);
  return known === undefined ? meta : { reelId: known, ...meta };
}

function buckets(metrics: readonly MetricSpec[]): Record<string, number[]> {
  return Object.fromEntries(metrics.flatMap(({ name, buckets }) => (buckets ? [[name, [...buckets]]] : [])));
}
