import type { Request } from 'express';

/** The pattern that a request was answered by (`/v1/reels/:id`), `none` where nothing was found: bounded, and without IDs. */
export function routeOf(req: Request): string {
  const { path } = (req.route ?? {}) as { path?: unknown };
  return typeof path === 'string' ? req.baseUrl + path : 'none';
}
