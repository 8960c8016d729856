import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

/** One line per answer. The path alone: the query of a video link is a key to it. */
export function accessLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const started = process.hrtime.bigint();
    const { method, path } = req;
    res.on('close', () => {
      const ms = Number((process.hrtime.bigint() - started) / 1_000_000n);
      const { client } = res.locals as { client?: string };
      const line = { method, path: path.slice(0, 200), status: res.statusCode, ms, client };
      // Probes ask every few seconds: they would bury everything else.
      if (path === '/healthz' || path === '/readyz') logger.debug(line, 'answered');
      else logger.info(line, 'answered');
    });
    next();
  };
}
