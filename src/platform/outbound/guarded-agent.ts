/**
 * Connections to addresses that somebody else named: a receiver of webhooks, the output of a task, where it redirects
 * to. The only place that opens one.
 */
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { tunnelConnector } from './connector';
import { NO_PROXIES, proxyFor, type ProxySettings } from './proxies';
import { isLoopbackAddress, isPublicAddress } from './public-address';
import { TunnelFault } from './tunnel';

/** What may be reached: the public Internet over https, this machine as well (also over http), or whatever it is. */
export type Reach = 'public' | 'public_or_loopback' | 'anywhere';

export interface Guard {
  readonly reach: Reach;
  /** How long a connection may take to come about. */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly resolve?: Resolve;
  /** Unset: connections are direct. */
  readonly proxies?: ProxySettings;
  /**
   * A proxy may be given the name where nobody here knows its address, and where it refuses the address: for names that
   * are not a stranger's.
   */
  readonly byNameAtProxy?: boolean;
}

export type Resolve = (host: string) => Promise<readonly Address[]>;

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** The URL, or where its name leads, is outside of the reach. */
export class OutOfReach extends Error {
  override readonly name = 'OutOfReach';
}

/**
 * An agent that connects to the host of this URL and to nothing else, at exactly the addresses that were checked.
 * Destroy it when the answer is read.
 *
 * @throws OutOfReach before anything is connected; what the resolver says.
 */
export async function guardedAgent(url: URL, guard: Guard): Promise<Dispatcher> {
  const proxy = proxyFor(url, guard.proxies ?? NO_PROXIES);
  const checked = checkedAddresses(url, guard);
  const known = proxy === undefined ? checked : withinMs(LOOKUP_BESIDE_PROXY_MS, checked);
  const addresses = await beforeAbort(guard.signal, known).catch((error: unknown) => {
    if (proxy === undefined || !isUnknownName(error)) throw error;
    if (guard.byNameAtProxy) return [];
    const host = hostOf(url);
    throw new OutOfReach(`${host} has no address here, and where a proxy would lead cannot be checked`);
  });
  if (
    proxy === undefined ||
    (addresses.length > 0 && addresses.every(({ address }) => isLoopbackAddress(address)))
  ) {
    return new Agent({
      connections: 1,
      maxHeaderSize: MOST_HEADER_BYTES,
      connect: { lookup: always(addresses), timeout: guard.connectTimeoutMs },
    });
  }
  // Many a proxy has no IPv6.
  const ordered = [...addresses].sort((a, b) => a.family - b.family).map(({ address }) => address);
  const hosts = guard.byNameAtProxy
    ? [...ordered.slice(0, 1), hostOf(url)]
    : ordered.slice(0, MOST_ADDRESSES);
  const timeoutMs = guard.connectTimeoutMs;
  return new Agent({
    connections: 1,
    maxHeaderSize: MOST_HEADER_BYTES,
    connect: tunnelConnector(proxy, hosts, { timeoutMs }),
  });
}

/** As many as browsers take. */
const MOST_HEADER_BYTES = 256 * 1024;
const MOST_ADDRESSES = 3;
/** Where only a proxy knows names, a resolver may have nobody to ask, and take very long to say so. */
const LOOKUP_BESIDE_PROXY_MS = 5_000;

async function withinMs<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = Object.assign(new Error('no answer from the resolver'), { code: 'ETIMEOUT' });
    timer = setTimeout(() => reject(error), ms);
  });
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The resolver knows no address, or there is none to ask. */
function isUnknownName(error: unknown): boolean {
  return /^(?:ENOTFOUND|EAI_|ENODATA|ESERVFAIL|ETIMEOUT|EREFUSED)/.test(
    String((error as { code?: unknown } | null)?.code),
  );
}

/** The part of the check that the URL alone decides, as the end of a sentence. */
export function urlProblem(url: URL, reach: Reach): string | undefined {
  if (reach === 'anywhere') return undefined;
  const host = hostOf(url);
  const local = isLocal(host);
  if (local && reach === 'public_or_loopback') return undefined;
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (local || (isIP(host) !== 0 && !isPublicAddress(host))) {
    return `must lead to a public address, and ${host} is none`;
  }
  return undefined;
}

/**
 * Asks for the addresses of the host once. All of them must be in reach: a name with one private address is a trap or
 * a mistake.
 */
async function checkedAddresses(
  url: URL,
  { reach, resolve = lookupAll }: Guard,
): Promise<readonly Address[]> {
  const problem = urlProblem(url, reach);
  if (problem !== undefined) throw new OutOfReach(`the URL ${problem}`);
  const host = hostOf(url);
  // Of an address the HTTP client asks no resolver: it connects as it is, and as it was checked.
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  const inReach = (address: string) =>
    reach === 'anywhere' ||
    (reach === 'public_or_loopback' && isLoopbackAddress(address)) ||
    // What goes over http stays on this machine, whatever its name comes to mean.
    (url.protocol === 'https:' && isPublicAddress(address));
  const other = addresses.find(({ address }) => !inReach(address));
  if (other) throw new OutOfReach(`${host} leads to ${other.address}, which is no public address`);
  if (addresses.length === 0) throw new OutOfReach(`${host} has no address`);
  return addresses;
}

/** The host without the brackets of IPv6 and the full stop of a complete name. Numbers are in their usual form. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isLocal(host: string): boolean {
  return isIP(host) === 0 ? /^(?:.+\.)?localhost$/i.test(host) : isLoopbackAddress(host);
}

function lookupAll(host: string): Promise<readonly Address[]> {
  return lookup(host, { all: true });
}

/** A resolver that knows one answer: a name that means something else a moment later is not asked again. */
function always(addresses: readonly Address[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

/** A resolver takes no signal. */
async function beforeAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name has no address',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'it broke the connection off',
  UND_ERR_SOCKET: 'it broke the connection off',
  UND_ERR_CONNECT_TIMEOUT: 'no connection',
  Z_DATA_ERROR: 'its compression is damaged',
  Z_BUF_ERROR: 'its compression breaks off',
};

/**
 * What a connection failed with, in words. Errors are read by shape: one from Node's core may belong to another realm.
 * Their messages are not passed on: they may quote anything.
 */
export function faultWords(error: unknown): string {
  if (error instanceof TunnelFault) return error.message;
  const { code, name } = error as { code?: unknown; name?: unknown };
  const fault = String(code ?? name ?? 'unknown');
  return FAULTS[fault] ?? `no answer (${fault})`;
}
