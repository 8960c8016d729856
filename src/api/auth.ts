import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { ApiSettings } from './deps';
import { Problem } from './problem';

/** The client that every request belongs to while no keys are set. */
const LOCAL_CLIENT = 'local';

/** Asks for `Authorization: Bearer <key>` where keys are set, and remembers whose it is. */
export function authenticate(apiKeys: ApiSettings['apiKeys']): RequestHandler {
  return (req, res, next) => {
    (res.locals as { client?: string }).client = clientFor(req, apiKeys);
    next();
  };
}

/** The client that a request was found to come from. */
export function clientOf(res: Response): string {
  const { client } = res.locals as { client?: string };
  // Nobody may fall into another's place because a route was forgotten.
  if (client === undefined) throw new Error('this route has no authentication');
  return client;
}

/** @throws Problem 401 */
export function clientFor(req: Request, apiKeys: ApiSettings['apiKeys']): string {
  if (apiKeys.length === 0) return LOCAL_CLIENT;
  const secret = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? '')?.[1] ?? '';
  const digest = createHash('sha256').update(secret).digest();
  // Every key is compared, in constant time: the time taken tells nothing about any of them.
  const matches = apiKeys.filter((key) => timingSafeEqual(digest, Buffer.from(key.sha256, 'hex')));
  const client = matches[0]?.client;
  if (client === undefined || secret === '') {
    throw new Problem(
      401,
      'unauthorized',
      'A key is needed',
      'Send one of the keys in REEL_API_KEYS as "Authorization: Bearer <key>".',
      { headers: { 'WWW-Authenticate': 'Bearer realm="durable-reels"' } },
    );
  }
  return client;
}
