import type { Reel } from '../../src/contract/schemas/reel';
import { eventually } from './eventually';

/** Calls the API of a service, as a client does. */
export class ApiClient {
  /** @param key where there are keys. */
  constructor(
    readonly url: string,
    private readonly key?: string,
  ) {}

  request(route: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.key !== undefined && !headers.has('authorization')) {
      headers.set('authorization', `Bearer ${this.key}`);
    }
    return fetch(this.url + route, { ...init, headers });
  }

  post(route: string, body?: unknown): Promise<Response> {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return this.request(route, { method: 'POST', ...(body !== undefined && json) });
  }

  get<T>(route: string): Promise<T> {
    return answerOf(route, this.request(route));
  }

  order(promptText: string, fields: object = {}): Promise<Reel> {
    return answerOf('POST /v1/reels', this.post('/v1/reels', { promptText, ...fields }));
  }

  reel(id: string): Promise<Reel> {
    return this.get(`/v1/reels/${id}`);
  }

  /** Waits until a reel is as wanted. */
  until(id: string, what: string, condition: (reel: Reel) => boolean): Promise<Reel> {
    const read = async () => {
      const answer = await this.request(`/v1/reels/${id}`);
      // On a busy machine: it says when to ask again.
      return answer.status === 503 ? undefined : answerOf<Reel>(id, Promise.resolve(answer));
    };
    return reelThat(read, `${what} of ${id}`, condition);
  }
}

/** @throws in the end, with how the reel stands. */
export async function reelThat(
  read: () => Promise<Reel | undefined>,
  what: string,
  condition: (reel: Reel) => boolean,
): Promise<Reel> {
  let last: Reel | undefined;
  return eventually(what, async () => {
    last = await read();
    return last && condition(last) && last;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it stands at ${JSON.stringify(last)}`);
  });
}

/** @throws where it is no success, with what is said of it. */
export async function answerOf<T>(what: string, asked: Promise<Response>): Promise<T> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`${what} answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
