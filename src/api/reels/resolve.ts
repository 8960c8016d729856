import { json } from '../http/answer';
import { route, smallBody } from '../http/route';
import { reel } from '../../contract/schemas/reel';
import { resolutionBody } from './resolve-body';
import { sendResolution } from './resolve-reel';
import { REEL_PARAMS, REEL_PROBLEMS } from './view/reel-finder';

export const resolveReel = route({
  method: 'POST',
  path: '/v1/reels/{id}/resolve',
  id: 'resolveReel',
  tag: 'Reels',
  summary: 'Decide how a reel goes on',
  text:
    'For a reel that is `needs_decision`: the answer to a paid request was lost, or a finished video cannot be fetched. ' +
    'Look at `decision` of the reel first: it has the evidence, and what each choice may cost. The same decision sent twice is one.',
  access: 'key',
  isMessage: true,
  params: REEL_PARAMS,
  body: smallBody({
    schema: resolutionBody,
    examples: {
      adopt: {
        summary: 'The task exists: take it',
        value: { action: 'adopt', runwayTaskId: '695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d' },
      },
      regenerate: { summary: 'Order the video once more', value: { action: 'regenerate' } },
      fetch: { summary: 'Fetch a finished video once more, for nothing', value: { action: 'fetch' } },
      abandon: { summary: 'Let the reel fail', value: { action: 'abandon' } },
    },
  }),
  answers: { 202: json('The decision was taken.', reel, undefined, ['Location']) },
  problems: [
    'invalid_request',
    ...REEL_PROBLEMS,
    'not_undecided',
    'action_refused',
    'regenerate_refused',
    'adopt_refused',
    'temporal_unreachable',
    'worker_unreachable',
    'runway_unreachable',
  ],
  async handler({ res, params: { id }, client, body }, context) {
    const { finder, toPublicReel } = context;
    const resolution = body();
    await sendResolution(context, await finder.get(id, client), resolution);
    const shown = await toPublicReel(await finder.get(id, client));
    res.status(202).location(shown.links.self).json(shown);
  },
});
