import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { createLineAllowance } from './line-allowance';

/** Requested every few seconds: not logged. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics']);

/** Form of a caller's own request ID, logged beside ours. */
const CALLERS_ID = /^[\w.:-]{1,64}$/;

/**
 * One line per answer, with the ID that is sent as `X-Request-Id` and the caller's own, if any. Of the URL only the path: the
 * query of a video link is a key to it. Refusals and open routes are logged within an allowance for each status; metrics
 * count them all.
 */
export function accessLog(logger: Logger): RequestHandler {
  const allowance = createLineAllowance(logger);
  return (req, res, next) => {
    const started = process.hrtime.bigint();
    const { method, path } = req;
    const requestId = randomUUID();
    res.set('X-Request-Id', requestId);
    res.on('close', () => {
      const ms = Number((process.hrtime.bigint() - started) / 1_000_000n);
      const { client } = res.locals as { client?: string };
      const callers = req.get('x-request-id') ?? '';
      const line = {
        requestId,
        callerRequestId: CALLERS_ID.test(callers) ? callers : undefined,
        // Of a new reel: its own ID, not that of the path.
        reelId: reelIn(res.get('location')) ?? reelIn(path),
        method,
        path: path.slice(0, 200),
        status: res.statusCode,
        ms,
        client,
      };
      const probe = PROBES.has(path);
      const write = () => logger[probe ? 'debug' : 'info'](line, 'answered');
      if (client !== undefined && res.statusCode < 400) write();
      else allowance(`${res.statusCode}${probe ? ' of a probe' : ''}`, write);
    });
    next();
  };
}

/** The ID of the reel in a path or a URL. */
function reelIn(link = ''): string | undefined {
  return /\/v1\/reels\/((?:sim-)?[a-z2-7]{26})(?:\/|$)/.exec(link)?.[1];
}
