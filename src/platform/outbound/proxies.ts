/** Proxies for connections that leave this machine, as the environment names them. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import type { ConnectionRoute } from '../../contract/schemas/account';

/** A proxy that is asked for a tunnel (CONNECT), whatever goes through it. */
export interface Proxy {
  /** The variable that names it. */
  readonly variable: string;
  readonly host: string;
  readonly port: number;
  /** It is spoken to over TLS. */
  readonly secure: boolean;
  /** Its password is a secret. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** A variable that names no proxy that could be used. */
export interface BadProxy {
  readonly variable: string;
  /** The end of a sentence. */
  readonly problem: string;
}

export interface ProxySettings {
  readonly https?: Proxy | BadProxy;
  readonly http?: Proxy | BadProxy;
  /** Entries of `NO_PROXY`, lower case. */
  readonly except: readonly string[];
}

export const NO_PROXIES: ProxySettings = { except: [] };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` as curl does: in lower case they come first, an empty one
 * is none.
 */
export function readProxies(env: Environment): ProxySettings {
  const named = (scheme: string) => {
    const variable = [`${scheme}_proxy`, `${scheme}_PROXY`.toUpperCase(), 'all_proxy', 'ALL_PROXY'].find(
      (name) => valueOf(env, name) !== undefined,
    );
    return variable === undefined ? undefined : parseProxy(variable, valueOf(env, variable) ?? '');
  };
  const except = valueOf(env, 'no_proxy') ?? valueOf(env, 'NO_PROXY') ?? '';
  return {
    https: named('https'),
    http: named('http'),
    except: except
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  };
}

function valueOf(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function parseProxy(variable: string, text: string): Proxy | BadProxy {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // `"http://…"` and `http:/…`, as the host `http` of a path, are slips of who writes it.
  const isSlip = url?.pathname.startsWith('//') || /^https?:\/?[^/]/i.test(text);
  if (!url || url.hostname === '' || isSlip)
    return { variable, problem: 'is no address, such as http://proxy.example.org:3128' };
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'http' && scheme !== 'https') {
    return { variable, problem: `names a ${scheme} proxy, and only http and https ones can be used` };
  }
  const secure = scheme === 'https';
  const port = Number(url.port) || (secure ? 443 : 80);
  const [user, password] = [decoded(url.username), decoded(url.password)];
  return {
    variable,
    host: hostOf(url),
    port,
    secure,
    ...((user !== '' || password !== '') && { credentials: { user, password } }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a connection to this URL goes through; undefined for a direct one. Loopback is never proxied. */
export function proxyFor(url: URL, settings: ProxySettings): Proxy | BadProxy | undefined {
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (proxy === undefined || isLoopback(hostOf(url)) || isExcept(url, settings.except)) return undefined;
  return proxy;
}

/** A host without the brackets of IPv6 and the full stop of a complete name. */
function hostOf({ hostname }: URL): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** Whether a host or an address is this machine itself. */
function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return /^(?:.+\.)?localhost$/.test(host);
  // Reads an IPv4 address inside one of IPv6 too.
  const address = ipaddr.process(host);
  return address.range() === 'loopback' || address.range() === 'unspecified';
}

function isExcept(url: URL, entries: readonly string[]): boolean {
  const host = hostOf(url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return entries.some((entry) => {
    if (entry === '*') return true;
    const [, name = entry, onlyPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
    if (onlyPort !== undefined && onlyPort !== port) return false;
    const plain = name.replace(/^\[|\]$/g, '');
    return isIP(host) === 0 ? isWithinDomain(host, plain) : isWithinRange(host, plain);
  });
}

function isWithinDomain(host: string, entry: string): boolean {
  const domain = domainToASCII(entry.replace(/^\*?\./, '').replace(/\.$/, ''));
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isWithinRange(host: string, entry: string): boolean {
  const address = ipaddr.process(host);
  if (ipaddr.isValidCIDR(entry)) {
    const [range, bits] = ipaddr.parseCIDR(entry);
    return range.kind() === address.kind() && address.match(range, bits);
  }
  return isIP(entry) !== 0 && ipaddr.process(entry).toNormalizedString() === address.toNormalizedString();
}

/** Address and variable of a proxy, without its password. */
export function describeProxy({ variable, host, port, secure }: Proxy): string {
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port} (${variable})`;
}

/** What of it a log must not hold. */
export function secretsOfProxies({ https, http }: ProxySettings): string[] {
  return [https, http].flatMap((proxy) => {
    const { user, password } = (proxy && 'credentials' in proxy && proxy.credentials) || {};
    return user === undefined || !password
      ? []
      : [password, encodeURIComponent(password), basic(user, password)];
  });
}

export function basic(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}

/** For those that read the environment by themselves: Temporal's gRPC, and the `fetch` of newer Nodes. */
const LOOPBACK = ['localhost', '127.0.0.0/8', '127.0.0.1', '::1'];

/** Adds loopback to `NO_PROXY` in all its spellings, for this process and its children. */
export function exceptLoopback(env: NodeJS.ProcessEnv): void {
  const named = env['no_proxy']?.trim() || env['NO_PROXY']?.trim() || '';
  // gRPC takes an entry as the end of a host: an empty one would be the end of any.
  const entries = named.split(/[\s,]+/).filter(Boolean);
  const value = [...new Set([...entries, ...LOOPBACK])].join(',');
  env['no_proxy'] = value;
  env['NO_PROXY'] = value;
  if (env['no_grpc_proxy']) env['no_grpc_proxy'] += `,${LOOPBACK.join(',')}`;
}

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
