import type { IRouter, RequestHandler } from 'express';
import { Problem } from './problem';

type Method = 'get' | 'post' | 'delete';

/** Adds all methods of a path at once, so that every other method gets 405 with an `Allow` that is true. */
export function route(
  router: IRouter,
  path: string,
  handlers: Partial<Record<Method, RequestHandler | RequestHandler[]>>,
): void {
  const methods = Object.keys(handlers) as Method[];
  const allow = [...methods.flatMap((m) => (m === 'get' ? ['GET', 'HEAD'] : [m.toUpperCase()])), 'OPTIONS'];
  const target = router.route(path);
  for (const method of methods) target[method](...[handlers[method] ?? []].flat());
  target.options((_req, res) => {
    res.set('Allow', allow.join(', ')).sendStatus(204);
  });
  target.all((req) => {
    const detail = `${req.method} is not possible here; ${allow.join(', ')} are.`;
    throw new Problem('method_not_allowed', detail, {
      headers: { Allow: allow.join(', ') },
    });
  });
}
