import { json } from '../../http/answer';
import { route } from '../../http/route';
import { REELS } from '../../../contract/schemas/examples';
import { reel } from '../../../contract/schemas/reel';
import { PREFER, waitAsPreferred } from '../watch/prefer';
import { REEL_PARAMS, REEL_PROBLEMS } from './reel-finder';

export const getReel = route({
  method: 'GET',
  path: '/v1/reels/{id}',
  id: 'getReel',
  tag: 'Reels',
  summary: 'Read a reel',
  text: 'Works also while no worker runs.',
  access: 'key',
  params: REEL_PARAMS,
  headers: PREFER,
  answers: { 200: json('The reel.', reel, REELS, ['Preference-Applied']) },
  problems: [...REEL_PROBLEMS, 'temporal_unreachable'],
  async handler({ req, res, params: { id }, client }, { finder, toPublicReel, watch }) {
    const shown = await toPublicReel(await finder.get(id, client));
    res.json(await waitAsPreferred(req, res, { watch, client, reel: shown }));
  },
});
