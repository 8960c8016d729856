import type { ProblemBody } from '../../contract/schemas/problem';
import { wellFormedJson } from '../../contract/text';
import { CliError } from '../cli-error';
import { EXIT } from '../exit-code';
import { ServiceError } from './service-error';

/** The service's HTTP API, as the commands use it. Every call is one request. */
export interface Service {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  /** @throws ServiceError with a cure; so do all others */
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  getText(path: string): Promise<string>;
  post<T>(path: string, body: unknown, options?: PostOptions): Promise<T>;
  delete(path: string): Promise<void>;
  /** An answer that is read bit by bit. The connection ends when its reader stops. */
  stream(path: string, options: StreamOptions): Promise<StreamedAnswer>;
}

interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface StreamOptions extends PostOptions {
  /** The longest that nothing may come, in ms. */
  readonly idleMs: number;
}

interface StreamedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface ServiceAddress {
  readonly url: string;
  readonly key?: string;
}

const TIMEOUT_MS = 30_000;

/** Codes of connections that never came about: nothing was sent. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** @throws CliError for an address that is none */
export function connectService({ url, key }: ServiceAddress): Service {
  if (!/^https?:\/\/[^\s/]/.test(url) || !URL.canParse(url)) {
    throw new CliError(`${url} is no http(s) address.`, EXIT.refused, {
      cure: 'Correct --url, or DURABLE_REELS_URL.',
    });
  }
  const base = url.replace(/\/+$/, '');

  /** @returns the answer, if it is a good one */
  async function send(
    path: string,
    init: RequestInit,
    signal: AbortSignal,
    withinMs = TIMEOUT_MS,
  ): Promise<Response> {
    const response = await fetch(base + path, {
      ...init,
      headers: {
        accept: 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(init.headers as Record<string, string> | undefined),
      },
      // A redirect is not followed: it would make a GET of a POST, and could bring the key elsewhere.
      redirect: 'manual',
      signal,
    }).catch((error: unknown) => {
      throw noAnswer(base, init, error, { signal, withinMs });
    });
    if (response.status >= 200 && response.status < 300) return response;
    throw refusalOf(base, response, await response.text().catch(() => ''));
  }

  async function call(path: string, init: RequestInit, outer?: AbortSignal): Promise<string> {
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(outer ? [outer] : [])]);
    const response = await send(path, init, signal);
    return response.text().catch((error: unknown) => {
      outer?.throwIfAborted();
      throw new ServiceError(`The answer of ${base} broke off (${reasonOf(error)}).`, {
        cure: retryCure(init),
      });
    });
  }
  const parsed = <T>(text: string): T => {
    try {
      return JSON.parse(text) as T;
    } catch {
      throw notThisService(base);
    }
  };

  return {
    url: base,
    get: async (path, signal) => parsed(await call(path, {}, signal)),
    getText: (path) => call(path, { headers: { accept: 'text/plain' } }),
    post: async (path, body, { headers, signal } = {}) =>
      parsed(
        await call(
          path,
          {
            method: 'POST',
            body: wellFormedJson(body),
            headers: { 'content-type': 'application/json', ...headers },
          },
          signal,
        ),
      ),
    delete: async (path) => void (await call(path, { method: 'DELETE' })),
    async stream(path, { headers, signal: outer, idleMs }) {
      const idle = new AbortController();
      const signal = outer ? AbortSignal.any([idle.signal, outer]) : idle.signal;
      const timer = setTimeout(() => idle.abort(new DOMException('', 'TimeoutError')), idleMs);
      const stop = () => {
        clearTimeout(timer);
        idle.abort();
      };
      async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
        try {
          for await (const chunk of body ?? []) {
            timer.refresh();
            yield chunk as Uint8Array;
          }
        } catch (error) {
          outer?.throwIfAborted();
          throw new ServiceError(`The answer of ${base} broke off (${reasonOf(error)}).`, {});
        } finally {
          stop();
        }
      }
      try {
        const response = await send(path, { headers: { ...headers } }, signal, idleMs);
        if (!response.body) stop();
        return { status: response.status, headers: response.headers, chunks: chunksOf(response) };
      } catch (error) {
        stop();
        throw error;
      }
    },
  };
}

function noAnswer(
  base: string,
  init: RequestInit,
  error: unknown,
  { signal, withinMs }: { signal: AbortSignal; withinMs: number },
): unknown {
  const reason = reasonOf(error);
  if (signal.aborted && reason !== 'TimeoutError') return signal.reason;
  if (reason === 'TimeoutError') {
    return new ServiceError(`${base} did not answer within ${withinMs / 1000} s.`, {
      cure: retryCure(init),
    });
  }
  return new ServiceError(`The service at ${base} cannot be reached (${reason}).`, {
    cure: 'Start it with "npm start", or say where it is: --url, or DURABLE_REELS_URL.',
    sent: !NOT_CONNECTED.has(reason),
  });
}

function retryCure({ method = 'GET' }: RequestInit): string {
  return method === 'GET'
    ? 'Try it again; if it stays like this, look into the log of the API.'
    : 'Whether the request arrived is not known: look with "durable-reels list" before you send it again.';
}

function refusalOf(base: string, response: Response, text: string): ServiceError {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    const target = headers.get('location') ?? 'another address';
    return new ServiceError(`${base} sends on to ${target}.`, {
      status,
      cure: 'Use that address: --url, or DURABLE_REELS_URL.',
    });
  }
  if (!headers.get('content-type')?.startsWith('application/problem+json')) {
    return notThisService(base, status);
  }
  const problem = parseProblem(text);
  const seconds = Number(headers.get('retry-after') ?? NaN);
  return new ServiceError(
    [problem.title, problem.detail].filter(Boolean).join(': ') || `The service answered ${status}.`,
    {
      status,
      problem,
      cure: status === 401 ? 'Set DURABLE_REELS_KEY to one of the keys in REEL_API_KEYS.' : undefined,
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
    },
  );
}

function parseProblem(text: string): Partial<ProblemBody> {
  try {
    return JSON.parse(text) as Partial<ProblemBody>;
  } catch {
    return {};
  }
}

function notThisService(base: string, status?: number): ServiceError {
  const answer = status === undefined ? 'not in JSON' : `with ${status}`;
  return new ServiceError(
    `${base} answers ${answer}, not as durable-reels does: another program, or a proxy whose service is down.`,
    {
      // A proxy in front of a service that is being restarted says 502 to 504: worth another try, and no refusal.
      status: status !== undefined && status >= 500 ? status : 500,
      cure: 'Say where the service is: --url, or DURABLE_REELS_URL.',
    },
  );
}

/** `ECONNREFUSED` and the like stand in the cause of fetch's own error. */
function reasonOf(error: unknown): string {
  let reason = 'unknown';
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 4; depth += 1) {
    const { code, name, cause } = at as { code?: unknown; name?: string; cause?: unknown };
    if (typeof code === 'string') return code;
    if (name === 'TimeoutError') return name;
    reason = name ?? reason;
    at = cause;
  }
  return reason;
}
