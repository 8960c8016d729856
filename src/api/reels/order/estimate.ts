import type { IRouter } from 'express';
import { maxCreditsOf } from '../../../domain/reel-head';
import { estimateCredits } from '../../../runway/models/prices';
import { clientOf } from '../../access/auth';
import { checkOrder } from './check-order';
import type { ApiDeps } from '../../deps';
import { readIdempotencyKey } from './idempotency';
import { jsonBody } from '../../http/json-body';
import { readOrder } from './order';
import { route } from '../../http/route';

/**
 * What a reel would cost: all is read and refused as `POST /v1/reels` does it, but for what is full at the moment, and
 * nothing is started.
 */
export function addEstimateRoute(
  router: IRouter,
  { settings, backend }: Pick<ApiDeps, 'settings' | 'backend'>,
): void {
  route(router, '/v1/estimate', {
    post: [
      jsonBody,
      (req, res) => {
        readIdempotencyKey(req.get('idempotency-key'));
        const { request } = readOrder(req.body);
        const { defaultMaxCredits } = settings;
        const estimatedCredits = estimateCredits(request);
        const maxCredits = maxCreditsOf({ request, estimatedCredits, defaultMaxCredits });
        checkOrder(settings, { client: clientOf(res), request, estimatedCredits, maxCredits });
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
