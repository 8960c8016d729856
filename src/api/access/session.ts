import type { IRouter } from 'express';
import { z } from 'zod';
import { LOCAL_CLIENT } from '../../domain/admins';
import { type Auth, isAdminClient, SESSION_COOKIE } from './auth';
import type { ApiDeps } from '../deps';
import { smallJsonBody } from '../http/json-body';
import { parseBody } from '../http/parse-body';
import { route } from '../http/route';
import { makeSession } from './session-token';

const SESSION_MS = 30 * 86_400_000;

export const sessionBody = z.strictObject({
  key: z.string('must be one of the keys in REEL_API_KEYS').max(1_000, 'is longer than any key'),
});

/** What the page asks first, and again after it sent a key. */
interface Session {
  /** Null: the caller is not known. */
  readonly client: string | null;
  readonly admin: boolean;
  /** The caller has to send a key before anything else is answered. */
  readonly keyNeeded: boolean;
}

/**
 * A key exchanged for a cookie, for the page: EventSource and video elements send no Authorization.
 * These routes stand before `authenticate`, since whoever has no key yet must reach them.
 */
export function addSessionRoute(
  router: IRouter,
  { settings, storage, now = () => new Date() }: ApiDeps,
  auth: Auth,
): void {
  const cookie = {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: settings.publicUrl?.startsWith('https:') ?? false,
  } as const;
  const session = (client: string | undefined): Session => ({
    client: client ?? null,
    admin: client !== undefined && isAdminClient(settings, client),
    keyNeeded: client === undefined,
  });

  route(router, '/v1/session', {
    get: async (req, res) => {
      res.json(session(await auth.findClient(req)));
    },
    post: [
      smallJsonBody,
      async (req, res) => {
        const { key: secret } = parseBody(sessionBody, req.body);
        if (settings.apiKeys.length === 0) {
          res.json(session(LOCAL_CLIENT));
          return;
        }
        const key = auth.findKey(req, secret);
        const token = makeSession(await storage.signingKey(), key, new Date(now().getTime() + SESSION_MS));
        res.cookie(SESSION_COOKIE, token, { ...cookie, maxAge: SESSION_MS }).json(session(key.client));
      },
    ],
    delete: async (req, res) => {
      await auth.endSession(req);
      res.clearCookie(SESSION_COOKIE, cookie).sendStatus(204);
    },
  });
}
