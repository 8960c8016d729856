import type { IRouter } from 'express';
import { maxCreditsOf } from '../domain/reel-head';
import { estimateCredits } from '../runway/prices';
import type { ApiDeps } from './deps';
import { jsonBody } from './json-body';
import { readOrder } from './order';
import { route } from './route';
import { requireAffordable, requireTime } from './start-reel';

/** What a reel would cost: the body is read and refused as `POST /v1/reels` does it, and nothing is started. */
export function addEstimateRoute(
  router: IRouter,
  { settings, backend }: Pick<ApiDeps, 'settings' | 'backend'>,
): void {
  route(router, '/v1/estimate', {
    post: [
      ...jsonBody,
      (req, res) => {
        const { request } = readOrder(req.body);
        requireTime(settings, request);
        const { defaultMaxCredits } = settings;
        const estimatedCredits = estimateCredits(request);
        const maxCredits = maxCreditsOf({ request, estimatedCredits, defaultMaxCredits });
        requireAffordable({ estimatedCredits, maxCredits });
        // The image is the caller's own, and may have megabytes.
        const { promptImage: _, ...shown } = request;
        res.json({
          simulated: backend.kind === 'simulator',
          request: shown,
          credits: { estimated: estimatedCredits, atMost: maxCredits },
        });
      },
    ],
  });
}
