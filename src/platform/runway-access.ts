import { backendOf, type Config } from './config';
import { connectorFor } from './outbound/connector';

/** What the simulator is called with: it accepts anything that looks like a key. */
const SIMULATOR_KEY = `key_${'0'.repeat(128)}`;

/** How this process calls Runway, or the simulator. @throws ConfigError when there is neither */
export function runwayAccess(config: Config) {
  return {
    apiSecret: config.runway.apiSecret ?? SIMULATOR_KEY,
    baseUrl: backendOf(config).baseUrl,
    connector: (timeoutMs: number) => connectorFor(config.proxies, { timeoutMs }),
  };
}
