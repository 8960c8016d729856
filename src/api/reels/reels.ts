import { WorkflowNotFoundError } from '@temporalio/common';
import type { IRouter, Request } from 'express';
import { isTerminal } from '../../contract/reel';
import { clientOf } from '../access/auth';
import { createDeleteReel } from './delete-reel';
import type { ApiDeps } from '../deps';
import { readIdempotencyKey } from './order/idempotency';
import { jsonBody, releaseBody, requireJson } from '../http/json-body';
import { parseListFilters } from './list/list-query';
import { createListReels } from './list/list-reels';
import { type Presenter, reelPath } from './view/public-reel';
import type { ReelFinder } from './view/reel-finder';
import { route } from '../http/route';
import { readOrder } from './order/order';
import type { StartedReel, StartReel } from './order/start-reel';
import { waitAsPreferred } from './watch/prefer';
import { callTemporal } from '../temporal/temporal-call';
import type { ReelWatch } from './watch/watch';

const NOT_CANCELLED =
  'Temporal does not answer: whether the cancellation arrived is not known. It is safe to send it again.';

/** What the routes of reels share. */
export interface ReelTools {
  readonly finder: ReelFinder;
  readonly present: Presenter;
  readonly startReel: StartReel;
  readonly watch: ReelWatch;
}

/** Making, reading, listing and cancelling reels. */
export function addReelRoutes(
  router: IRouter,
  deps: ApiDeps,
  { finder, present, startReel, watch }: ReelTools,
): void {
  const listReels = createListReels(deps, finder);
  const deleteReel = createDeleteReel(deps, finder);

  /** Apart from the wait that may follow: what came in the body is not held any longer than this. */
  function startOrdered(req: Request, client: string): Promise<StartedReel> {
    const key = readIdempotencyKey(req.get('idempotency-key'));
    return startReel({ ...readOrder(req.body), client, key });
  }

  route(router, '/v1/reels', {
    post: [
      jsonBody,
      async (req, res) => {
        const client = clientOf(res);
        const { isNew, view } = await startOrdered(req, client);
        releaseBody(req, res);
        const reel = await waitAsPreferred(req, res, { watch, client, reel: await present(view) });
        // Also after a wait: whether the reel is new is in the status, whether it has ended is in the reel.
        res
          .status(isNew ? 202 : 200)
          .location(reel.links.self)
          .json(reel);
      },
    ],
    get: async (req, res) => {
      const { views, nextCursor } = await listReels(clientOf(res), parseListFilters(req.query));
      res.json({ reels: await Promise.all(views.map(present)), nextCursor: nextCursor ?? null });
    },
  });

  route(router, '/v1/reels/:id', {
    get: async (req, res) => {
      const client = clientOf(res);
      const reel = await present(await finder.get(String(req.params['id']), client));
      res.json(await waitAsPreferred(req, res, { watch, client, reel }));
    },
    delete: async (req, res) => {
      await deleteReel(String(req.params['id']), clientOf(res));
      res.sendStatus(204);
    },
  });

  route(router, '/v1/reels/:id/cancel', {
    post: async (req, res) => {
      if (req.headers['content-type'] !== undefined) requireJson(req.headers['content-type']);
      const id = String(req.params['id']);
      let view = await finder.get(id, clientOf(res));
      if (!isTerminal(view.status) && view.run) {
        const handle = deps.client.workflow.getHandle(view.run.workflowId);
        await callTemporal(deps.client, NOT_CANCELLED, () => handle.cancel()).catch(ignoreEnded);
        view = await finder.get(id, clientOf(res));
      }
      res
        .status(202)
        .location(reelPath(id))
        .json(await present(view));
    },
  });
}

/** The run ended by itself in the meantime. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
