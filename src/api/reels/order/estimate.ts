import { maxCreditsOf } from '../../../domain/reel';
import { estimateCredits } from '../../../runway/models/prices';
import { json } from '../../http/answer';
import { largeBody, route } from '../../http/route';
import { BODIES } from '../../../contract/schemas/examples';
import { estimate } from '../../../contract/schemas/estimate';
import { checkOrder } from './check-order';
import { IDEMPOTENCY_KEY, readIdempotencyKey } from './idempotency';
import { readOrder } from './order';
import { newReel } from '../../../contract/schemas/request';

export const estimateReel = route({
  method: 'POST',
  path: '/v1/estimate',
  id: 'estimateReel',
  tag: 'Money',
  summary: 'What a reel would cost',
  text:
    'Takes the body of `POST /v1/reels`, refuses it for the same reasons, and starts nothing. What is full at the moment ' +
    '(the budget of a day, the reels that a client may have unfinished) refuses no estimate.',
  access: 'key',
  headers: IDEMPOTENCY_KEY,
  body: largeBody({ schema: newReel, examples: BODIES, parse: readOrder }),
  answers: { 200: json('The price.', estimate) },
  problems: ['invalid_request', 'bad_idempotency_key', 'daily_budget_reached'],
  handler({ req, res, client, body }, { settings, backend }) {
    readIdempotencyKey(req.get('idempotency-key'));
    const { request } = body();
    const { defaultMaxCredits } = settings;
    const estimatedCredits = estimateCredits(request);
    const maxCredits = maxCreditsOf({ request, estimatedCredits, defaultMaxCredits });
    checkOrder(settings, { client, request, estimatedCredits, maxCredits });
    // The image is the caller's own, and may have megabytes.
    const { promptImage: _, ...shown } = request;
    res.json({
      simulated: backend.kind === 'simulator',
      request: shown,
      credits: { estimated: estimatedCredits, atMost: maxCredits },
    });
  },
});
