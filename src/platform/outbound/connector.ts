/** Connections for undici: direct, or through the proxy that the environment names. */
import { buildConnector } from 'undici';
import type { LookupFunction, Socket } from 'node:net';
import { type BadProxy, type Proxy, proxyFor, type ProxySettings } from './proxies';
import { openTunnel, TunnelFault } from './tunnel';

export type Connector = buildConnector.connector;

export interface ConnectorOptions {
  /** For each of: the way to the other side, TLS. */
  readonly timeoutMs: number;
  /** Of direct connections. */
  readonly lookup?: LookupFunction;
}

/**
 * Connects to hosts that the operator named: where a proxy is named for one, by its name, so that a proxy that alone knows
 * names, or permits by them, is of use. Hands a connection over only when all of it stands, TLS included: until then
 * nothing of a request can have left.
 */
export function connectorFor(settings: ProxySettings, options: ConnectorOptions): Connector {
  const direct = directConnector(options);
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const url = new URL(`${target.protocol}//${host.includes(':') ? `[${host}]` : host}:${port}`);
    const proxy = proxyFor(url, settings);
    if (proxy === undefined) return direct(target, callback);
    tunnelConnector(proxy, [host], options)(target, callback);
  };
}

function directConnector({ timeoutMs, lookup }: ConnectorOptions): Connector {
  return buildConnector({ timeout: timeoutMs, lookup });
}

/**
 * Connects to the first of these hosts that the proxy can reach. TLS names the host of the request, whichever is reached.
 *
 * @param hosts names or addresses of the same host.
 */
export function tunnelConnector(
  proxy: Proxy | BadProxy,
  hosts: readonly string[],
  { timeoutMs }: ConnectorOptions,
): Connector {
  const secure = buildConnector({ timeout: timeoutMs });
  return (target, callback) => {
    if ('problem' in proxy) {
      return callback(new TunnelFault(`${proxy.variable} ${proxy.problem}`, 'PROXY_UNREACHABLE'), null);
    }
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    firstTunnel(proxy, hosts, port, timeoutMs).then(
      (socket) => {
        if (target.protocol === 'https:') secure({ ...target, httpSocket: socket }, callback);
        else callback(null, socket.setNoDelay(true));
      },
      (error: Error) => callback(error, null),
    );
  };
}

async function firstTunnel(
  proxy: Proxy,
  hosts: readonly string[],
  port: number,
  timeoutMs: number,
): Promise<Socket> {
  const deadline = Date.now() + timeoutMs;
  for (const [index, host] of hosts.entries()) {
    try {
      return await openTunnel(proxy, { host, port }, Math.max(1, deadline - Date.now()));
    } catch (error) {
      // Refused is refused, and another address may be one that it can reach. Everything else is about the proxy itself.
      const isRefused = error instanceof TunnelFault && error.code === 'PROXY_REFUSED';
      if (!isRefused || index === hosts.length - 1) throw error;
    }
  }
  throw new TunnelFault('there is no address to connect to', 'PROXY_UNREACHABLE');
}
