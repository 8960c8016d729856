import {
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';

/** About two seconds of retries: longer than a restart of the server, shorter than a caller's patience. */
const ATTEMPTS = 5;

/**
 * A connection for answering people: it is made at the first call, so that the API can start before Temporal,
 * gives up on a call soon, and comes back soon. (By default the SDK retries for most of a minute, and gRPC
 * waits up to two minutes between two tries to connect.)
 */
export function connectLazily(options: ConnectionOptions): Connection {
  return Connection.lazy({
    ...options,
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: ATTEMPTS }))],
    channelArgs: {
      ...options.channelArgs,
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 2_000,
    },
  });
}
