import type { Config } from './config';
import { secretsOfProxies } from './outbound/proxies';
import type { TemporalConnection } from './temporal/settings';

/** What the log of this process must not hold, whatever it looks like. (API keys are only known as digests.) */
export function secretsOf(config: Config, { apiKey }: TemporalConnection): string[] {
  const all: unknown[] = [
    config.runway.apiSecret,
    config.databaseUrl,
    config.databaseUrl && new URL(config.databaseUrl).password,
    apiKey,
    ...config.webhooks.secrets.map(({ secret }) => secret),
    ...secretsOfProxies(config.proxies),
  ];
  return all.filter((secret): secret is string => typeof secret === 'string' && secret !== '');
}
