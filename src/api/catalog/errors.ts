import type { IRouter } from 'express';
import { CATALOG } from '../../runway/failures/error-catalog';
import { explain } from '../../runway/failures/explain';
import { Problem } from '../http/problem';
import { route } from '../http/route';

/**
 * The catalog. `{code}` is one of our codes, an HTTP status, Runway's `failureCode` or the number 13 in its text:
 * whatever a person has before them. A status can mean several entries.
 */
export function addErrorRoutes(router: IRouter): void {
  route(router, '/v1/errors', { get: (_req, res) => void res.json({ entries: CATALOG }) });

  route(router, '/v1/errors/:code', {
    get: (req, res) => {
      const entries = explain(String(req.params['code']));
      if (entries.length > 0) {
        res.json({ entries });
        return;
      }
      throw new Problem(
        'error_not_found',
        'The catalog has no entry for this code. GET /v1/errors lists all of them.',
      );
    },
  });
}
