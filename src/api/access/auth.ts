import { createHash, timingSafeEqual } from 'node:crypto';
import { parse as parseCookies } from 'cookie';
import type { Request, RequestHandler, Response } from 'express';
import { LOCAL_CLIENT } from '../../domain/admins';
import type { ApiDeps, ApiKey, ApiSettings } from '../deps';
import { FailedKeys } from './failed-keys';
import { callerAddress } from '../http/caller-address';
import { isOwnPage } from './origin-check';
import { Problem } from '../http/problem';
import { expiryOf, openSession, sessionId } from './session-token';
import { shareTemporalCalls } from '../temporal/temporal-call';

export const SESSION_COOKIE = 'durable_reels_session';

/** Finds out which client a request comes from. */
export interface Auth {
  /**
   * By `Authorization: Bearer <key>`, else by the session cookie.
   *
   * @returns undefined when the request has neither, or a session that has ended.
   * @throws Problem 401 for a wrong key, 403 for a page elsewhere that uses the cookie, 429 after many wrong keys
   */
  findClient(req: Request): Promise<string | undefined>;
  /** The same, for what needs a client. @throws Problem 401 */
  requireClient(req: Request): Promise<string>;
  /** The key that a secret is. @throws Problem 401, 429 */
  findKey(req: Request, secret: string): ApiKey;
  /** Ends the session of the request's cookie, for good and everywhere; nothing where it has none. */
  endSession(req: Request): Promise<void>;
}

interface Session {
  readonly key: ApiKey;
  readonly token: string;
}

export function createAuth({
  settings,
  storage,
  now = () => new Date(),
}: Pick<ApiDeps, 'settings' | 'storage' | 'now'>): Auth {
  const { apiKeys } = settings;
  const failedKeys = new FailedKeys();

  function findKey(req: Request, secret: string): ApiKey {
    const address = callerAddress(req);
    const digest = createHash('sha256').update(secret).digest();
    const hex = digest.toString('hex');
    failedKeys.check(address, hex);
    // All keys are compared, each in constant time: the duration reveals nothing about them.
    const [key] = apiKeys.filter(({ sha256 }) => timingSafeEqual(digest, Buffer.from(sha256, 'hex')));
    if (!key || secret === '') {
      failedKeys.failed(address);
      throw keyNeeded();
    }
    failedKeys.succeeded(address, hex);
    return key;
  }

  async function findSession(cookies = ''): Promise<Session | undefined> {
    const token = parseCookies(cookies)[SESSION_COOKIE];
    const key = token && openSession(await storage.signingKey(), apiKeys, token, now());
    if (!key || (await storage.isSessionEnded(sessionId(token)))) return undefined;
    return { key, token };
  }

  async function endSession(req: Request): Promise<void> {
    const token = (await findSession(req.headers.cookie))?.token;
    if (token === undefined) return;
    await storage.endSession({ id: sessionId(token), expiresAt: expiryOf(token), now: now() });
  }

  async function clientByKey(req: Request): Promise<string | undefined> {
    const { authorization, cookie = '' } = req.headers;
    if (authorization !== undefined) {
      return findKey(req, /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '').client;
    }
    const key = (await findSession(cookie))?.key;
    if (!key) return undefined;
    // SameSite=Strict lets through a page on another port of this host, and what a sibling domain serves.
    if (!isSafe(req.method) && !isOwnPage(req, settings.publicUrl)) {
      throw new Problem(
        'not_from_own_page',
        'A program sends its key as "Authorization: Bearer <key>"; the session is for the page of this service.',
      );
    }
    return key.client;
  }

  async function findClient(req: Request): Promise<string | undefined> {
    if (apiKeys.length === 0) return LOCAL_CLIENT;
    const client = await clientByKey(req);
    if (client !== undefined) shareTemporalCalls(client);
    return client;
  }

  async function requireClient(req: Request): Promise<string> {
    const client = await findClient(req);
    if (client === undefined) throw keyNeeded();
    return client;
  }

  return { findClient, requireClient, findKey, endSession };
}

/** Requires a key or a session where keys are set, and notes its client on the response. */
export function authenticate(auth: Auth, settings: ApiSettings): RequestHandler {
  return async (req, res, next) => {
    const client = await auth.requireClient(req);
    Object.assign(res.locals, { client, admin: isAdminClient(settings, client) } satisfies Caller);
    next();
  };
}

interface Caller {
  readonly client: string;
  readonly admin: boolean;
}

/** The client that a request was found to come from. */
export function clientOf(res: Response): string {
  return callerOf(res).client;
}

/** Whether the caller sees what belongs to the whole service. */
export function isAdmin(res: Response): boolean {
  return callerOf(res).admin;
}

/** Without keys every caller is an admin: the service listens on loopback only. */
export function isAdminClient({ apiKeys, admins = [] }: ApiSettings, client: string): boolean {
  return apiKeys.length === 0 || admins.includes(client);
}

/** For a route behind `authenticate`. @throws Problem 403 */
export const requireAdmin: RequestHandler = (_req, res, next) => {
  if (!isAdmin(res)) throw adminOnly();
  next();
};

export function adminOnly(): Problem {
  return new Problem(
    'admin_only',
    'It belongs to the whole service. Use a key whose name is in REEL_ADMINS, or add the name of yours.',
  );
}

function callerOf(res: Response): Caller {
  const { client, admin = false } = res.locals as Partial<Caller>;
  // A route that was left without authentication must fail, not act as some client.
  if (client === undefined) throw new Error('this route has no authentication');
  return { client, admin };
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

function keyNeeded(): Problem {
  return new Problem(
    'unauthorized',
    'Send one of the keys in REEL_API_KEYS as "Authorization: Bearer <key>".',
    { headers: { 'WWW-Authenticate': 'Bearer realm="durable-reels"' } },
  );
}
