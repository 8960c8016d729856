import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { clientOf } from './auth';
import type { ApiSettings } from './deps';
import { EventStream } from './event-stream';
import { Problem } from './problem';

/** Bodies that are read at once: each may have 6 MB, and a slow client takes its time. */
const BODIES_AT_ONCE = 256;

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

/** For whoever is known already: a body that is only being read has a bound as well. */
export function limitBodies(atOnce = BODIES_AT_ONCE): RequestHandler {
  let open = 0;
  return (req, _res, next) => {
    const { 'content-length': length = '0', 'transfer-encoding': chunked } = req.headers;
    // Of a caller that has hung up already nothing is read, and no end is told any more.
    if (req.destroyed || (length === '0' && chunked === undefined)) {
      next();
      return;
    }
    if (open >= atOnce) throw overloaded();
    open++;
    // Read to its end, or broken off.
    req.once('close', () => open--);
    next();
  };
}

/** Nothing was done for the request, and nothing is wrong with it. */
export function overloaded(): Problem {
  const detail = 'Too many requests are under way. Nothing was started: send the request again in a moment.';
  return new Problem(503, 'overloaded', 'The service is busy', detail, { headers: { 'Retry-After': '2' } });
}
