import type { Config } from './config';
import { secretsOfProxies } from './outbound/proxies';
import type { TemporalConnection } from './temporal/settings';

/** What the log of this process must not hold, whatever it looks like. (API keys are only known as digests.) */
export function secretsOf(config: Config, { apiKey }: TemporalConnection): string[] {
  const all: unknown[] = [
    config.runway.apiSecret,
    apiKey,
    ...config.webhooks.secrets.map(({ secret }) => secret),
    ...secretsOfProxies(config.proxies),
  ];
  return all.filter((secret) => typeof secret === 'string');
}
