import type { Session } from '../../contract/schemas/session';
import { z } from 'zod';
import { LOCAL_CLIENT } from '../../domain/admins';
import type { ApiSettings } from '../deps';
import { json } from '../http/answer';
import { route, smallBody } from '../http/route';
import { session } from '../../contract/schemas/session';
import { isAdminClient, SESSION_COOKIE } from './auth';
import { makeSession } from './session-token';

/*
 * Exchanges a key for a cookie, for the page: EventSource and video elements send no `Authorization`. The routes are open,
 * since a caller without a key must reach them.
 */

const SESSION_MS = 30 * 86_400_000;

export const getSession = route({
  method: 'GET',
  path: '/v1/session',
  id: 'getSession',
  tag: 'Service',
  summary: 'Who the caller is',
  access: 'open',
  answers: { 200: json('The caller.', session) },
  problems: ['unauthorized', 'too_many_failed_keys'],
  handler: async ({ req, res }, { auth, settings }) =>
    void res.json(sessionOf(settings, await auth.findClient(req))),
});

export const createSession = route({
  method: 'POST',
  path: '/v1/session',
  id: 'createSession',
  tag: 'Service',
  summary: 'Exchange a key for a cookie',
  text: 'For pages: `EventSource` and `<video>` send no `Authorization`. The cookie is HttpOnly and SameSite=Strict.',
  access: 'open',
  body: smallBody({
    schema: z.strictObject({
      key: z.string('must be one of the keys in REEL_API_KEYS').max(1_000, 'is longer than any key'),
    }),
    examples: { key: { value: { key: 'your-key' } } },
  }),
  answers: { 200: json('The session.', session, undefined, ['Set-Cookie']) },
  problems: ['invalid_request', 'unauthorized', 'too_many_failed_keys'],
  async handler({ req, res, body }, { auth, settings, storage, now }) {
    const { key: secret } = body();
    if (settings.apiKeys.length === 0) {
      res.json(sessionOf(settings, LOCAL_CLIENT));
      return;
    }
    const key = auth.findKey(req, secret);
    const token = makeSession(await storage.signingKey(), key, new Date(now().getTime() + SESSION_MS));
    res
      .cookie(SESSION_COOKIE, token, { ...cookieOptions(settings), maxAge: SESSION_MS })
      .json(sessionOf(settings, key.client));
  },
});

export const deleteSession = route({
  method: 'DELETE',
  path: '/v1/session',
  id: 'deleteSession',
  tag: 'Service',
  summary: 'Forget the cookie',
  access: 'open',
  answers: { 204: { text: 'Forgotten.', headers: ['Set-Cookie'] } },
  async handler({ req, res }, { auth, settings }) {
    await auth.endSession(req);
    res.clearCookie(SESSION_COOKIE, cookieOptions(settings)).sendStatus(204);
  },
});

function sessionOf(settings: ApiSettings, client: string | undefined): Session {
  return {
    client: client ?? null,
    admin: client !== undefined && isAdminClient(settings, client),
    keyNeeded: client === undefined,
  };
}

function cookieOptions({ publicUrl }: ApiSettings) {
  return {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: publicUrl?.startsWith('https:') ?? false,
  } as const;
}
