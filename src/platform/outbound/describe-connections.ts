import type { ConnectionRoute } from '../../contract/schemas/account';
import { describeProxy, proxyFor, type ProxySettings } from './proxies';

/** How this process connects to what is not on this machine. */
export function describeConnections(
  { runway, statusPage }: { readonly runway: string; readonly statusPage: string },
  proxies: ProxySettings,
): ConnectionRoute[] {
  // Their hosts are not known before: NO_PROXY may still except one.
  const others = 'https://others.invalid';
  return (
    [
      ['runway', runway],
      ['status_page', statusPage],
      ['outputs_and_webhooks', others],
    ] as const
  ).map(([to, address]) => {
    const proxy = proxyFor(new URL(address), proxies);
    if (proxy === undefined) return { to };
    if ('problem' in proxy)
      return { to, proxy: proxy.variable, problem: `${proxy.variable} ${proxy.problem}` };
    return { to, proxy: describeProxy(proxy) };
  });
}
