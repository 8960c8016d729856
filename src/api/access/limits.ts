import type { Request, RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { clientOf } from './auth';
import type { ApiSettings } from '../deps';
import { EventStream } from '../reels/watch/event-stream';
import { callerAddress } from '../http/caller-address';
import { onGone } from '../http/on-gone';
import { Shares } from '../http/shares';
import { Problem } from '../http/problem';

const pass: RequestHandler = (_req, _res, next) => {
  next();
};

/** Requests per second of each client, where keys are set; counted by each API process for itself. */
export function limitRequests({ apiKeys, limits }: ApiSettings): RequestHandler {
  if (apiKeys.length === 0 || !limits) return pass;
  const limit = limits.requestsPerSecond;
  return limitOf({ limit, windowMs: 1_000, identifier: 'requests-per-second' }, (req, res) => {
    if (req.get('accept')?.startsWith('text/event-stream')) EventStream.putOff(res);
    else throw tooMany(`CLIENT_REQUESTS_PER_SECOND allows ${limit} requests a second.`);
  });
}

/** Messages to runs that one client may send in 10 s. */
const MESSAGES = 30;

/**
 * Decisions and redeliveries per client, where keys are set: each wakes a worker, and nothing else bounds their number.
 */
export function limitMessages({ apiKeys }: ApiSettings): RequestHandler {
  if (apiKeys.length === 0) return pass;
  return limitOf({ limit: MESSAGES, windowMs: 10_000, identifier: 'messages-in-10-seconds' }, () => {
    throw tooMany(`A key may send ${MESSAGES} decisions and redeliveries in 10 seconds.`);
  });
}

function limitOf(
  policy: { readonly limit: number; readonly windowMs: number; readonly identifier: string },
  refuse: (req: Request, res: Response) => void,
): RequestHandler {
  return rateLimit({
    ...policy,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (_req, res) => clientOf(res),
    // Retry-After is set already.
    handler: refuse,
  });
}

function tooMany(what: string): Problem {
  const detail = `${what} Nothing was started: wait as long as Retry-After says.`;
  return new Problem('rate_limited', detail);
}

/** Requests of one address under way at once: no caller, behind a proxy or not, takes all the room. */
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
  return new Problem('overloaded', detail, { headers: { 'Retry-After': '2' } });
}
