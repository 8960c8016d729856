import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { clientOf } from './auth';
import type { ApiSettings } from './deps';
import { EventStream } from './event-stream';
import { callerAddress } from './http/caller-address';
import { onGone } from './http/on-gone';
import { Shares } from './http/shares';
import { Problem } from './problem';

const pass: RequestHandler = (_req, _res, next) => {
  next();
};

/** Requests per second of each client, where keys are set; counted by each API process for itself. */
export function limitRequests({ apiKeys, limits }: ApiSettings): RequestHandler {
  if (apiKeys.length === 0 || !limits) return pass;
  return rateLimit({
    windowMs: 1_000,
    limit: limits.requestsPerSecond,
    identifier: 'requests-per-second',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (_req, res) => clientOf(res),
    // Retry-After is set already.
    handler: (req, res) => {
      if (req.get('accept')?.startsWith('text/event-stream')) {
        EventStream.putOff(res);
        return;
      }
      const detail = `CLIENT_REQUESTS_PER_SECOND allows ${limits.requestsPerSecond} requests a second. Nothing was started: wait as long as Retry-After says.`;
      throw new Problem(429, 'rate_limited', 'Too many requests', detail);
    },
  });
}

/** Requests of one address that are under way at once: also behind a proxy, one cannot take the place of all. */
export function limitAddresses(atOnce: number): RequestHandler {
  const shares = new Shares(atOnce);
  return (req, res, next) => {
    const done = shares.take(callerAddress(req));
    if (!done) throw overloaded();
    onGone(res, done);
    next();
  };
}

/** Nothing was done for the request, and nothing is wrong with it. */
export function overloaded(): Problem {
  const detail = 'Too many requests are under way. Nothing was started: send the request again in a moment.';
  return new Problem(503, 'overloaded', 'The service is busy', detail, { headers: { 'Retry-After': '2' } });
}
