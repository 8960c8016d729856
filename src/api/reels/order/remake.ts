import type { IRouter } from 'express';
import { z } from 'zod';
import { isTerminal } from '../../../contract/reel';
import { clientOf } from '../../access/auth';
import type { ApiDeps } from '../../deps';
import { readIdempotencyKey } from './idempotency';
import { optionalJsonBody } from '../../http/json-body';
import { orderAgain } from './order';
import { parseBody } from '../../http/parse-body';
import { Problem } from '../../http/problem';
import type { ReelTools } from '../reels';
import { route } from '../../http/route';

const noFields = z.strictObject({});

/** A new reel from an ended one, linked both ways. */
export function addRemakeRoute(
  router: IRouter,
  { storage }: Pick<ApiDeps, 'storage'>,
  { finder, present, startReel }: ReelTools,
): void {
  route(router, '/v1/reels/:id/remake', {
    post: [
      optionalJsonBody,
      async (req, res) => {
        parseBody(noFields, req.body);
        const key = readIdempotencyKey(req.get('idempotency-key'));
        const id = String(req.params['id']);
        const client = clientOf(res);
        const { status, request } = await finder.get(id, client);
        if (!isTerminal(status)) {
          const detail = `The reel is ${status}: only an ended one can be made again. Cancel it, or wait for its end.`;
          throw new Problem('reel_not_ended', detail);
        }
        const { isNew, view } = await startReel({ ...orderAgain(id, request), client, key, remakeOf: id });
        // Also for a repeat: the first time may have broken off between the two.
        await storage.linkRemake(id, view.id);
        const reel = await present(view);
        res
          .status(isNew ? 202 : 200)
          .location(reel.links.self)
          .json(reel);
      },
    ],
  });
}
