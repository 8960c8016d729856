import type { IRouter } from 'express';
import { clientOf } from '../access/auth';
import type { ApiDeps } from '../deps';
import { smallJsonBody } from '../http/json-body';
import type { ReelTools } from './reels';
import { parseResolution } from './resolve-body';
import { sendResolution } from './resolve-reel';
import { route } from '../http/route';

/** A person settles what became of a lost answer. */
export function addResolveRoute(router: IRouter, deps: ApiDeps, { finder, present }: ReelTools): void {
  route(router, '/v1/reels/:id/resolve', {
    post: [
      smallJsonBody,
      async (req, res) => {
        const resolution = parseResolution(req.body);
        const id = String(req.params['id']);
        await sendResolution(deps, await finder.get(id, clientOf(res)), resolution);
        const reel = await present(await finder.get(id, clientOf(res)));
        res.status(202).location(reel.links.self).json(reel);
      },
    ],
  });
}
