/** One POST to an address that a caller named: it reaches the public Internet or nothing. */
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { isLoopbackAddress, isPublicAddress } from './public-address';
import { hostOf, urlProblem } from './receiver';

export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allowLoopback: boolean;
  /** Bounds the whole exchange: name, connection, answer. */
  readonly timeoutMs?: number;
  /** Ends it sooner. */
  readonly signal?: AbortSignal;
  readonly resolve?: (host: string) => Promise<readonly Address[]>;
}

export interface Address {
  readonly address: string;
  readonly family: number;
}

export type WebhookAnswer =
  { readonly status: number; readonly retryAfter?: string } | { readonly fault: string };

const TIMEOUT_MS = 15_000;
/** What is read of an answer, for the sake of receivers that mind a closed connection. It tells nothing. */
const BODY_BYTES = 16_384;

/** Sends once, to exactly the address that was checked, and follows no redirect. Never throws. */
export async function postWebhook(post: WebhookPost): Promise<WebhookAnswer> {
  const { timeoutMs = TIMEOUT_MS, headers, body, signal: ended } = post;
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, timeoutMs);
  if (ended?.aborted) abort();
  ended?.addEventListener('abort', abort);
  let agent: Agent | undefined;
  try {
    const url = new URL(post.url);
    const addresses = await beforeAbort(stop.signal, checkedAddresses(url, post));
    agent = new Agent({ connections: 1, connect: { lookup: always(addresses), timeout: timeoutMs } });
    const answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers,
      body,
      signal: stop.signal,
    });
    // The status is the answer, however the rest comes.
    await answer.body.dump({ limit: BODY_BYTES, signal: stop.signal }).catch(() => undefined);
    const retryAfter = answer.headers['retry-after'];
    return { status: answer.statusCode, ...(typeof retryAfter === 'string' && { retryAfter }) };
  } catch (error) {
    if (ended?.aborted) return { fault: 'it was stopped before an answer came' };
    return { fault: stop.signal.aborted ? `no answer within ${timeoutMs / 1_000} s` : wordsOf(error) };
  } finally {
    clearTimeout(timer);
    ended?.removeEventListener('abort', abort);
    await agent?.destroy();
  }
}

/** The URL, or where its name leads, is none that a webhook may be sent to. */
class Forbidden extends Error {}

/**
 * Asks for the addresses of the host once. All of them must be public: a name with one private address is a trap or a
 * mistake.
 */
async function checkedAddresses(url: URL, { allowLoopback, resolve = lookupAll }: WebhookPost) {
  const problem = urlProblem(url, allowLoopback);
  if (problem !== undefined) throw new Forbidden(`not sent: the URL ${problem}`);
  const host = hostOf(url);
  // Of an address the HTTP client asks no resolver: it connects as it is, and as it was checked.
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  const mayReach = (address: string) =>
    (allowLoopback && isLoopbackAddress(address)) ||
    // What goes over http stays on this machine, whatever its name comes to mean.
    (url.protocol === 'https:' && isPublicAddress(address));
  const other = addresses.find(({ address }) => !mayReach(address));
  if (other) throw new Forbidden(`not sent: ${host} leads to ${other.address}, which is no public address`);
  if (addresses.length === 0) throw new Forbidden(`not sent: ${host} has no address`);
  return addresses;
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
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(new Error('aborted'));
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
  return Promise.race([work, aborted]);
}

const FAULT_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name has no address',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'it broke the connection off',
  UND_ERR_SOCKET: 'it broke the connection off',
  UND_ERR_CONNECT_TIMEOUT: 'no connection',
};

/** Read by shape: an error from Node's core may belong to another realm. The message of a fault may quote anything. */
function wordsOf(error: unknown): string {
  if (error instanceof Forbidden) return error.message;
  const { code, name } = error as { code?: unknown; name?: unknown };
  const fault = String(code ?? name ?? 'unknown');
  return FAULT_WORDS[fault] ?? `no answer (${fault})`;
}
