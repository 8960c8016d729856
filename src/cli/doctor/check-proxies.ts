import type { Account } from '../../contract/schemas/account';
import type { Check } from './check';

const TITLES: Readonly<Record<string, string>> = {
  runway: 'Runway',
  status_page: 'status page',
  outputs_and_webhooks: 'outputs and webhooks',
};

/** Which proxy is used for what. */
export function checkProxies({ connections }: Account): Check[] {
  if (connections === undefined) return [];
  const name = 'proxies';
  const problem = connections.find((route) => route.problem !== undefined)?.problem;
  if (problem !== undefined) {
    const cure =
      'Name an http or https proxy there, or except hosts with NO_PROXY, and start the service again.';
    return [{ name, state: 'bad', finding: problem, cure }];
  }
  if (connections.every(({ proxy }) => proxy === undefined)) {
    return [{ name, state: 'good', finding: 'none: all connections are direct' }];
  }
  const routes = connections.map(({ to, proxy }) => `${TITLES[to] ?? to}: ${proxy ?? 'direct'}`);
  return [{ name, state: 'good', finding: routes.join('; ') }];
}
