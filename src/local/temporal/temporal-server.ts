/** The embedded Temporal server: how it is started, and what is done once it answers. */
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { google } from '@temporalio/proto';
import { formatDuration } from '../../contract/duration';
import { StartError } from '../start-error';

const GRPC_INVALID_ARGUMENT = 3;

export interface TemporalServer {
  readonly host: string;
  readonly port: number;
  readonly uiPort: number;
  /** Default: `host`. */
  readonly uiHost?: string;
  /** Default: a random one. */
  readonly metricsPort?: number;
  /**
   * Read as an SQLite URI, in which `#`, `?` and `%` of a path would lead elsewhere: a name in the folder that the
   * server runs in.
   */
  readonly databaseFile: string;
  /** Created when missing; `default` always is. */
  readonly namespaces: readonly string[];
}

/** Arguments of the Temporal CLI. */
export function startDevArguments(server: TemporalServer): string[] {
  return [
    ...['server', 'start-dev', '--log-level', 'warn'],
    ...['--ip', server.host, '--port', String(server.port)],
    ...['--ui-ip', server.uiHost ?? server.host, '--ui-port', String(server.uiPort)],
    // What is deleted is overwritten: the file keeps no prompt of a reel that was erased.
    ...['--db-filename', server.databaseFile, '--sqlite-pragma', 'secure_delete=on'],
    // A reel's memo has 3 kB after four generations: no reason for the server's warning, which comes at 2 kB.
    ...['--dynamic-config-value', 'limit.memoSize.warn=65536'],
    ...(server.metricsPort === undefined ? [] : ['--metrics-port', String(server.metricsPort)]),
    // It opens an HTTP API as well, without a login or a check of Host, Origin and Content-Type. No host is `none.invalid`.
    ...['--dynamic-config-value', 'frontend.httpAllowedHosts=["none.invalid"]'],
    ...server.namespaces.flatMap((namespace) => ['--namespace', namespace]),
  ];
}

/**
 * Sets how long the embedded server keeps the histories of ended runs (its own default is one day).
 *
 * @throws Error while the server or a namespace is not there yet.
 * @throws StartError when the server refuses this time.
 */
export async function applyRetention(
  address: string,
  namespaces: readonly string[],
  retentionMs: number,
): Promise<void> {
  // Not `connect`, which leaves behind what it could not connect.
  const connection = Connection.lazy({ address, connectTimeout: '2s' });
  try {
    await connection.ensureConnected();
    for (const namespace of namespaces) {
      await connection.withDeadline(Date.now() + 5_000, () =>
        connection.workflowService.updateNamespace({
          namespace,
          config: { workflowExecutionRetentionTtl: durationOf(retentionMs) },
        }),
      );
    }
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === GRPC_INVALID_ARGUMENT) {
      throw new StartError(
        `TEMPORAL_RETENTION ${formatDuration(retentionMs)} is refused by Temporal (it takes 1h or more): ${error.details}`,
      );
    }
    throw error;
  } finally {
    await connection.close();
  }
}

/** As Temporal's API has it. */
function durationOf(ms: number): google.protobuf.IDuration {
  return google.protobuf.Duration.fromObject({ seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1e6 });
}
