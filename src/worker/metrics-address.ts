import type { Config } from '../platform/config';
import { claimPort } from '../platform/free-port';

/**
 * Where the worker shows its metrics, as `host:port`; undefined where no port is set.
 *
 * @throws PortInUseError naming the setting and the fix.
 */
export async function metricsAddress({ host, port }: Config['metrics']): Promise<string | undefined> {
  if (port === undefined) return undefined;
  const free = await claimPort('METRICS_PORT', port, host);
  return `${host.includes(':') ? `[${host}]` : host}:${free}`;
}
