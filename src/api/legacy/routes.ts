import { isTerminal } from '../../contract/reel';
import { json } from '../http/answer';
import { releaseBody } from '../http/json-body';
import { largeBody, route } from '../http/route';
import { STALL_MS } from '../http/server';
import { legacyFailure, legacyStatus, legacySuccess } from '../../contract/schemas/legacy';
import { waitForReel } from '../reels/watch/prefer';
import { answerOf, joinedWarning, refusalOf } from './answers';
import { legacyBody, readLegacyOrder } from './read-order';

const ANSWER_WITHIN_MS = 300_000;

export const getLegacyStatus = route({
  method: 'GET',
  path: '/api/generate-reel',
  id: 'getLegacyStatus',
  tag: 'Old front end',
  summary: 'Whether the service is there',
  access: 'key',
  answers: { 200: json('It is.', legacyStatus) },
  refusal: { schema: legacyFailure, of: refusalOf },
  handler({ res }, { settings, backend }) {
    const cors = settings.corsOrigins.length > 0;
    res.json({ status: 'ok', runwayConfigured: backend.kind === 'runway', cors });
  },
});

/**
 * The one call of the application that this service replaces, in its own format: a reel is ordered and awaited in the same
 * request. A caller that hangs up, or gets no answer in time, stops nothing: the same request joins its reel.
 */
export const generateReel = route({
  method: 'POST',
  path: '/api/generate-reel',
  id: 'generateReel',
  tag: 'Old front end',
  summary: 'Make a vertical reel, and wait for it',
  text:
    'For the application that this service replaces; new programs use `POST /v1/reels`. The answer comes when the ' +
    'reel has ended, or after five minutes. The same body again joins a reel that is not done.',
  access: 'key',
  body: largeBody({
    schema: legacyBody,
    examples: {
      event: {
        value: {
          prompt: 'Paper lanterns rise over a snowy village street at dusk',
          event: { title: 'Lantern Night', start_utc: '2025-12-06T18:00:00Z', location: 'Market square' },
          audioMode: 'no_audio',
        },
      },
    },
    parse: readLegacyOrder,
  }),
  answers: {
    200: json('The video.', legacySuccess),
    409: json('The reel was cancelled.', legacyFailure),
    422: json('Runway refused the words.', legacyFailure),
    502: json('The reel failed for another reason.', legacyFailure),
    504: json('The reel is not done yet. It goes on by itself.', legacyFailure),
  },
  problems: ['invalid_request', 'daily_budget_reached', 'too_many_reels', 'temporal_unreachable'],
  refusal: { schema: legacyFailure, of: refusalOf },
  async handler(
    { req, res, client, body },
    { joining, toPublicReel, watch, legacyAnswerWithinMs = ANSWER_WITHIN_MS },
  ) {
    const { warnings, ...order } = body();
    releaseBody(req, res);
    // Nothing is sent while it waits.
    req.socket.setTimeout(legacyAnswerWithinMs + STALL_MS);
    const { view } = await joining.join({ ...order, client });
    const joined = isTerminal(view.status) ? [joinedWarning(view.finishedAt ?? '')] : [];
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const reel = await toPublicReel(view);
    const wait = { client, reel, ms: legacyAnswerWithinMs, signal: gone.signal };
    // A client with too many waits gets the reel as it is now.
    const seen = (await waitForReel(watch, wait)) ?? reel;
    const { status, body: answer } = answerOf(seen, [...warnings, ...joined]);
    if (isTerminal(seen.status) && !res.closed) res.once('finish', () => joining.answered(seen.id));
    res.status(status).json(answer);
  },
});
