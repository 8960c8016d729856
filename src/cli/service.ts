import { CliError } from './cli-error';

/** The service's HTTP API, as the commands use it. Every call is one request. */
export interface Service {
  /** @throws CliError with a cure */
  get<T>(path: string): Promise<T>;
  getText(path: string): Promise<string>;
  post<T>(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<T>;
}

export interface ServiceAddress {
  readonly url: string;
  readonly key?: string;
}

const TIMEOUT_MS = 30_000;

/** @throws CliError for an address that is none */
export function connectService({ url, key }: ServiceAddress): Service {
  if (!/^https?:\/\/[^\s/]/.test(url) || !URL.canParse(url)) {
    throw new CliError(`${url} is no http(s) address.`, 2, 'Correct --url, or DURABLE_REELS_URL.');
  }
  const base = url.replace(/\/+$/, '');

  async function call(path: string, init: RequestInit, accept = 'application/json'): Promise<string> {
    const response = await send(base, path, {
      ...init,
      headers: {
        accept,
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    const text = await response.text().catch((error: unknown) => {
      throw new CliError(`The answer of ${base} broke off (${reasonOf(error)}).`, 1, retryCure(init));
    });
    if (response.status >= 200 && response.status < 300) return text;
    throw refusalOf(base, response, text);
  }
  const parsed = <T>(text: string): T => {
    try {
      return JSON.parse(text) as T;
    } catch {
      throw notThisService(base);
    }
  };

  return {
    get: async (path) => parsed(await call(path, {})),
    getText: (path) => call(path, {}, 'text/plain'),
    post: async (path, body, headers) =>
      parsed(
        await call(path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', ...headers },
        }),
      ),
  };
}

async function send(base: string, path: string, init: RequestInit): Promise<Response> {
  try {
    // A redirect is not followed: it would make a GET of a POST, and could bring the key elsewhere.
    return await fetch(base + path, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'TimeoutError') {
      throw new CliError(`${base} did not answer within ${TIMEOUT_MS / 1000} s.`, 1, retryCure(init));
    }
    throw new CliError(
      `The service at ${base} cannot be reached (${reason}).`,
      1,
      'Start it with "npm start", or say where it is: --url, or DURABLE_REELS_URL.',
    );
  }
}

function retryCure({ method = 'GET' }: RequestInit): string {
  return method === 'GET'
    ? 'Try it again; if it stays like this, look into the log of the API.'
    : 'Whether the request arrived is not known: look with "durable-reels list" before you send it again.';
}

function refusalOf(base: string, response: Response, text: string): CliError {
  const { status } = response;
  if (status >= 300 && status < 400) {
    const target = response.headers.get('location') ?? 'another address';
    return new CliError(
      `${base} sends on to ${target}.`,
      2,
      'Use that address: --url, or DURABLE_REELS_URL.',
    );
  }
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) {
    return notThisService(base, status);
  }
  const problem = parseProblem(text);
  const cure = status === 401 ? 'Set DURABLE_REELS_KEY to one of the keys in REEL_API_KEYS.' : undefined;
  return new CliError(
    [problem.title, problem.detail].filter(Boolean).join(': ') || `The service answered ${status}.`,
    status >= 500 ? 1 : 2,
    cure,
    problem,
  );
}

function parseProblem(text: string): { title?: string; detail?: string } {
  try {
    return JSON.parse(text) as { title?: string; detail?: string };
  } catch {
    return {};
  }
}

function notThisService(base: string, status?: number): CliError {
  const answer = status === undefined ? 'not in JSON' : `with ${status}`;
  return new CliError(
    `${base} answers ${answer}, not as durable-reels does: another program, or a proxy whose service is down.`,
    1,
    'Say where the service is: --url, or DURABLE_REELS_URL.',
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
