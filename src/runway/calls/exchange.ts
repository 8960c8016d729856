/**
 * One HTTP exchange with Runway through its SDK, kept as evidence: what left, what came back, byte for byte.
 * What a failure means is decided elsewhere, from this evidence and not from the SDK's exceptions, which drop
 * the half-read body in which a task ID may stand.
 */
import RunwayML from '@runwayml/sdk';
import { Agent, buildConnector, fetch as undiciFetch, type Dispatcher } from 'undici';

export interface Exchange {
  /**
   * Whether a connection was ever handed to the HTTP client. If not, no byte of the request can have left:
   * this is the proof of *not sent*.
   */
  connected: boolean;
  status?: number;
  contentType?: string;
  /** Runway's ID of the request (`apigw-requestid`), for its support. */
  requestId?: string;
  retryAfter?: string;
  /** What was read of the body, at most `MAX_BODY_BYTES`. */
  bodyText: string;
  /** The connection or the time-out that ended the exchange early. */
  fault?: { readonly code: string; readonly message: string };
}

export interface RunwayAccess {
  readonly apiSecret: string;
  readonly baseUrl: string;
  /**
   * How connections come about; direct ones without it. It hands over what stands whole, tunnel and TLS included, and
   * sends nothing of a request: the proof of *not sent* rests on it.
   */
  readonly connector?: (timeoutMs: number) => buildConnector.connector;
}

/** Connections as they are made for this access. */
export function connectorOf({ connector }: RunwayAccess): buildConnector.connector {
  return connector?.(CONNECT_TIMEOUT_MS) ?? buildConnector({ timeout: CONNECT_TIMEOUT_MS });
}

/** Runway's version header as the SDK sends it; its docs call this version the current one (November 2026). */
const RUNWAY_VERSION = '2024-11-06';
const MAX_BODY_BYTES = 1_048_576;
/** Seen: 16 characters. It goes into claims and histories. */
const MAX_REQUEST_ID = 200;
const CONNECT_TIMEOUT_MS = 10_000;
/** Never reached: the exchange has its own bound. */
const SDK_TIMEOUT_MS = 86_400_000;
/**
 * A process that was frozen finds its time-out due before it has read the answer that lies in its socket. This
 * long it may still read, or a task ID that is already here would be thrown away.
 */
const READ_GRACE_MS = 250;

export interface ExchangeOptions {
  /** Bounds the exchange as a whole, the body included (the SDK's own time-out ends with the headers). */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Connections to use; without it, one fresh connection that nothing else ever used. */
  readonly dispatcher?: Dispatcher;
  /** After this time (epoch milliseconds) the request is not sent any more. Only with a fresh connection. */
  readonly sendBefore?: number;
}

/** Makes one call with the SDK, exactly one HTTP request, and returns what happened. Never throws. */
export async function exchange(
  access: RunwayAccess,
  options: ExchangeOptions,
  call: (client: RunwayML) => PromiseLike<unknown>,
): Promise<Exchange> {
  const evidence: Exchange = { connected: options.dispatcher !== undefined, bodyText: '' };
  const fresh = options.dispatcher
    ? undefined
    : freshConnection(evidence, connectorOf(access), options.sendBefore);
  const client = new RunwayML({
    apiKey: access.apiSecret,
    baseURL: access.baseUrl,
    runwayVersion: RUNWAY_VERSION,
    // Temporal is the only retry engine: by default the SDK sends a paid POST up to three times.
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: 'off',
    fetch: recordingFetch(evidence, options, options.dispatcher ?? fresh),
  });
  try {
    await call(client);
  } catch (error) {
    // The SDK's verdict is not used, only what keeps it from ever reaching the wire.
    if (evidence.status === undefined) evidence.fault ??= faultOf(error);
  } finally {
    await fresh?.destroy().catch(() => undefined);
  }
  return withoutSecret(evidence, access.apiSecret);
}

/** Faults of the HTTP client and answers of servers may quote the key; what is kept of them ends in histories. */
function withoutSecret(evidence: Exchange, secret: string): Exchange {
  const hide = (text: string) => text.replaceAll(secret, '[key]');
  const { fault, bodyText } = evidence;
  return {
    ...evidence,
    bodyText: hide(bodyText),
    ...(fault && { fault: { ...fault, message: hide(fault.message) } }),
  };
}

/**
 * A connection that nothing else ever used: a stale keep-alive socket would lose a paid request. The deadline
 * is checked when the connection stands, in the same turn of the event loop in which the bytes leave, so that a
 * process that was paused cannot send after others have concluded that it never will.
 */
function freshConnection(
  evidence: Exchange,
  connect: buildConnector.connector,
  sendBefore = Number.POSITIVE_INFINITY,
): Agent {
  return new Agent({
    pipelining: 0,
    connections: 1,
    bodyTimeout: 0,
    headersTimeout: 0,
    connect: (target, callback) => {
      connect(target, (error, socket) => {
        if (error) return callback(error, null);
        if (!socket) return callback(new Error('no connection'), null);
        // The standard lets fetch send a request again, after a 421 for example: never a paid one.
        if (evidence.connected) {
          socket.destroy();
          return callback(
            Object.assign(new Error('the request was sent once already'), { code: 'SENT_ONCE' }),
            null,
          );
        }
        if (Date.now() > sendBefore) {
          socket.destroy();
          return callback(
            Object.assign(new Error('the time to send had passed'), { code: 'SEND_DEADLINE' }),
            null,
          );
        }
        evidence.connected = true;
        callback(null, socket);
      });
    },
  });
}

type SdkFetch = NonNullable<NonNullable<ConstructorParameters<typeof RunwayML>[0]>['fetch']>;

function recordingFetch(
  evidence: Exchange,
  options: ExchangeOptions,
  dispatcher: Dispatcher | undefined,
): SdkFetch {
  return async (url, init) => {
    // Not `AbortSignal.timeout` with `any`: in Node 20 the garbage collector takes such a time-out away.
    const stop = new AbortController();
    let timer = setTimeout(() => {
      timer = setTimeout(
        () => stop.abort(new DOMException('no answer in time', 'TimeoutError')),
        READ_GRACE_MS,
      );
    }, options.timeoutMs);
    const stopIfTold = () => stop.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', stopIfTold);
    if (options.signal?.aborted) stopIfTold();
    try {
      const response = await undiciFetch(String(url), {
        method: init?.method,
        headers: Object.fromEntries((init?.headers ?? new Headers()) as Headers),
        body: init?.body as string | undefined,
        // A redirect is never followed: it would carry the key to another host.
        redirect: 'manual',
        signal: stop.signal,
        dispatcher,
      });
      evidence.status = response.status;
      evidence.contentType = response.headers.get('content-type') ?? undefined;
      evidence.requestId = response.headers.get('apigw-requestid')?.slice(0, MAX_REQUEST_ID) ?? undefined;
      evidence.retryAfter = response.headers.get('retry-after') ?? undefined;
      if (response.body) await readInto(evidence, response.body);
      // What the SDK gets is complete or an exception; an empty body must be null for 204 and the like.
      const headers = { 'content-type': evidence.contentType ?? 'text/plain' };
      return new Response(evidence.bodyText === '' ? null : evidence.bodyText, {
        status: response.status >= 200 ? response.status : 502,
        headers,
      });
    } catch (error) {
      evidence.fault = faultOf(error);
      throw error;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stopIfTold);
    }
  };
}

async function readInto(evidence: Exchange, body: AsyncIterable<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    evidence.bodyText += decoder.decode(chunk, { stream: true });
    if (bytes > MAX_BODY_BYTES)
      throw Object.assign(new Error('the answer is too long'), { code: 'BODY_TOO_LONG' });
  }
}

/** Read by shape: an error from Node's core may belong to another realm, where `instanceof` does not hold. */
function faultOf(error: unknown): { code: string; message: string } {
  let code: string | undefined;
  let message = 'unknown fault';
  for (let at: unknown = error, depth = 0; at !== null && typeof at === 'object' && depth < 5; depth += 1) {
    const layer = at as { code?: unknown; name?: unknown; message?: unknown; cause?: unknown };
    if (typeof layer.message === 'string') message = layer.message;
    if (typeof layer.code === 'string') code = layer.code;
    else if (layer.name === 'TimeoutError') code = 'TIMEOUT';
    at = layer.cause;
  }
  return { code: code ?? 'FAULT', message };
}
