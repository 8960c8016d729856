import { WorkflowNotFoundError } from '@temporalio/common';
import { isTerminal } from '../../contract/reel';
import { json } from '../http/answer';
import { requireJson } from '../http/json-body';
import { route } from '../http/route';
import { reel } from '../../contract/schemas/reel';
import { callTemporal } from '../temporal/temporal-call';
import { reelPath } from './view/public-reel';
import { REEL_PARAMS, REEL_PROBLEMS } from './view/reel-finder';

const NOT_CANCELLED =
  'Temporal does not answer: whether the cancellation arrived is not known. It is safe to send it again.';

export const cancelReel = route({
  method: 'POST',
  path: '/v1/reels/{id}/cancel',
  id: 'cancelReel',
  tag: 'Reels',
  summary: 'Cancel a reel',
  text: 'Stops the reel and its task at Runway. May be repeated; an ended reel stays as it is.',
  access: 'key',
  params: REEL_PARAMS,
  answers: { 202: json('The reel. It is `cancelled` a moment later.', reel, undefined, ['Location']) },
  problems: ['unsupported_media_type', ...REEL_PROBLEMS, 'temporal_unreachable'],
  async handler({ req, res, params: { id }, client }, { client: temporal, finder, toPublicReel }) {
    if (req.headers['content-type'] !== undefined) requireJson(req.headers['content-type']);
    let view = await finder.get(id, client);
    if (!isTerminal(view.status) && view.run) {
      const handle = temporal.workflow.getHandle(view.run.workflowId);
      await callTemporal(temporal, NOT_CANCELLED, () => handle.cancel()).catch(ignoreEnded);
      view = await finder.get(id, client);
    }
    res
      .status(202)
      .location(reelPath(id))
      .json(await toPublicReel(view));
  },
});

/** The run ended by itself in the meantime. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
