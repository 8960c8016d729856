/** Talks to the service that served this page. */

import type { Issue, ProblemBody } from '../../contract/schemas/problem';

/** Where the service is, also below a path: the bundle stands in `assets/` of it. */
export const ROOT = new URL('..', import.meta.url);

/** An answer that is no success, in the service's own words (RFC 9457), or no answer at all (`status` 0). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    detail: string,
    readonly issues: readonly Issue[] = [],
    /** Everything that the answer holds. */
    readonly answer: Partial<ProblemBody> = {},
  ) {
    super(detail);
  }
}

interface Call {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** Called when the service asks for a key although there was a session: it has ended. */
export const sessionLost = new EventTarget();

/** @throws ApiProblem */
export async function callApi<T>(path: string, call: Call = {}): Promise<T> {
  const { method = 'GET', body, idempotencyKey, signal } = call;
  const response = await fetch(new URL(path, ROOT), {
    method,
    headers: {
      Accept: 'application/json',
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, 'unreachable', 'The service does not answer', 'The service does not answer.');
  });
  if (response.status === 204) return undefined as T;
  const answer = (await response.json().catch(() => ({}))) as unknown;
  if (response.ok) return answer as T;
  if (response.status === 401) sessionLost.dispatchEvent(new Event('lost'));
  throw problemOf(response.status, answer as Partial<ProblemBody>);
}

function problemOf(status: number, answer: Partial<ProblemBody>): ApiProblem {
  const { code, title, detail, issues } = answer;
  // A proxy in between answers in a language of its own.
  const unknown = `The service answered with HTTP ${status}. Try again in a moment.`;
  return new ApiProblem(
    status,
    code ?? 'unknown',
    title ?? 'It did not work',
    detail ?? unknown,
    issues,
    answer,
  );
}

/** The same file from where this page came: links of the service may name it by another host. */
export function sameOrigin(url: string): string {
  const { pathname, search } = new URL(url);
  const place = pathname.indexOf('/v1/');
  return new URL(pathname.slice(place + 1) + search, ROOT).href;
}
