import type { Request } from 'express';
import { json } from '../../http/answer';
import { releaseBody } from '../../http/json-body';
import { largeBody, route } from '../../http/route';
import { BODIES, REELS } from '../../../contract/schemas/examples';
import { reel } from '../../../contract/schemas/reel';
import { PREFER, waitAsPreferred } from '../watch/prefer';
import { IDEMPOTENCY_KEY, readIdempotencyKey } from './idempotency';
import { type ParsedOrder, readOrder } from './order';
import { newReel } from '../../../contract/schemas/request';
import type { StartedReel, StartReel } from './start-reel';

export const createReel = route({
  method: 'POST',
  path: '/v1/reels',
  id: 'createReel',
  tag: 'Reels',
  summary: 'Make a reel',
  text: 'Answers at once; the reel is made afterwards. GET it, or follow its events, to see how it stands.',
  access: 'key',
  headers: IDEMPOTENCY_KEY.extend(PREFER.shape),
  body: largeBody({ schema: newReel, examples: BODIES, parse: readOrder }),
  answers: {
    202: json('The reel was accepted.', reel, { queued: REELS.queued }, ['Location', 'Preference-Applied']),
    200: json('The reel that this `Idempotency-Key` made before.', reel, undefined, [
      'Location',
      'Preference-Applied',
    ]),
  },
  problems: [
    'invalid_request',
    'bad_idempotency_key',
    'idempotency_key_reused',
    'reel_deleted',
    'daily_budget_reached',
    'too_many_reels',
    'temporal_unreachable',
  ],
  async handler({ req, res, client, body }, { startReel, toPublicReel, watch }) {
    const { isNew, view } = await startOrdered(startReel, { req, client, body });
    releaseBody(req, res);
    const shown = await waitAsPreferred(req, res, { watch, client, reel: await toPublicReel(view) });
    // Also after a wait: whether the reel is new is in the status, whether it has ended is in the reel.
    res
      .status(isNew ? 202 : 200)
      .location(shown.links.self)
      .json(shown);
  },
});

/** Apart from the wait that may follow: what came in the body is not held any longer than this. */
function startOrdered(
  startReel: StartReel,
  { req, client, body }: { readonly req: Request; readonly client: string; body(): ParsedOrder },
): Promise<StartedReel> {
  const key = readIdempotencyKey(req.get('idempotency-key'));
  return startReel({ ...body(), client, key });
}
