import { isTerminal } from '../../../contract/reel';
import { json } from '../../http/answer';
import { NO_FIELDS, route } from '../../http/route';
import { reel } from '../../../contract/schemas/reel';
import { REEL_PARAMS, REEL_PROBLEMS } from '../view/reel-finder';
import { IDEMPOTENCY_KEY, readIdempotencyKey } from './idempotency';
import { orderAgain } from './order';

/** A new reel from an ended one, linked both ways. */
export const remakeReel = route({
  method: 'POST',
  path: '/v1/reels/{id}/remake',
  id: 'remakeReel',
  tag: 'Reels',
  summary: 'Make an ended reel again',
  text:
    'A new reel with the same request, checked by the rules of today. Both name each other. Where Runway still has a ' +
    'finished task of the earlier one, whose video was never stored, it is taken and not paid again: `warnings` says so.',
  access: 'key',
  params: REEL_PARAMS,
  headers: IDEMPOTENCY_KEY,
  body: NO_FIELDS,
  answers: {
    202: json('The new reel.', reel, undefined, ['Location']),
    200: json('The reel that this `Idempotency-Key` made before.', reel, undefined, ['Location']),
  },
  problems: [
    'invalid_request',
    'bad_idempotency_key',
    ...REEL_PROBLEMS,
    'reel_not_ended',
    'image_missing',
    'idempotency_key_reused',
    'daily_budget_reached',
    'too_many_reels',
    'temporal_unreachable',
  ],
  async handler({ req, res, params: { id }, client, body, problem }, { finder, toPublicReel, startReel }) {
    body();
    const key = readIdempotencyKey(req.get('idempotency-key'));
    const { status, request } = await finder.get(id, client);
    if (!isTerminal(status)) {
      const detail = `The reel is ${status}: only an ended one can be made again. Cancel it, or wait for its end.`;
      throw problem('reel_not_ended', detail);
    }
    const { isNew, view } = await startReel({ ...orderAgain(id, request), client, key, remakeOf: id });
    const shown = await toPublicReel(view);
    res
      .status(isNew ? 202 : 200)
      .location(shown.links.self)
      .json(shown);
  },
});
