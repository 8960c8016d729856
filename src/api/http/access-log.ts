import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { createLineAllowance } from './line-allowance';

/** Asked every few seconds: they would bury everything else. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics']);

/** What a caller may name its request by, in our logs beside our own ID. */
const CALLERS_ID = /^[\w.:-]{1,64}$/;

/**
 * One line per answer, by an ID that the caller is told in `X-Request-Id`; one that the caller sent stands beside it. The path alone: the query of a video link is a
 * key to it. What was refused, and what anybody may ask, is written while there is an allowance for its status; all of it is counted
 * in the metrics.
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
        // Where one was made, that one.
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

/** The reel that a path, or a URL, is of. */
function reelIn(link = ''): string | undefined {
  return /\/v1\/reels\/((?:sim-)?[a-z2-7]{26})(?:\/|$)/.exec(link)?.[1];
}
