import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

/** Asked every few seconds: they would bury everything else. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * One line per answer, by an ID that the caller is told in `X-Request-Id`. The path alone: the query of a video link is a
 * key to it.
 */
export function accessLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const started = process.hrtime.bigint();
    const { method, path } = req;
    const requestId = randomUUID();
    res.set('X-Request-Id', requestId);
    res.on('close', () => {
      const ms = Number((process.hrtime.bigint() - started) / 1_000_000n);
      const { client } = res.locals as { client?: string };
      const [, reelId] = /^\/v1\/reels\/((?:sim-)?[a-z2-7]{26})(?:\/|$)/.exec(path) ?? [];
      const line = {
        requestId,
        reelId,
        method,
        path: path.slice(0, 200),
        status: res.statusCode,
        ms,
        client,
      };
      logger[PROBES.has(path) ? 'debug' : 'info'](line, 'answered');
    });
    next();
  };
}
