import type { Config } from '../config';
import type * as start from './start-tracing';

/** Traces of this process, where they are asked for. OpenTelemetry is not even loaded where they are not. */
export function tracingFor({ otlpEndpoint }: Config, service: 'api' | 'worker'): start.Tracing | undefined {
  if (otlpEndpoint === undefined) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it in any case
  const { startTracing } = require('./start-tracing') as typeof start;
  return startTracing(otlpEndpoint, service);
}
