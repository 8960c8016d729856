import type { IRouter } from 'express';
import { isTerminal } from '../../contract/reel';
import { clientOf } from '../access/auth';
import type { ApiDeps } from '../deps';
import { STALL_MS } from '../http/server';
import { jsonBody, releaseBody } from '../http/json-body';
import { waitForReel } from '../reels/watch/prefer';
import { problemHandler } from '../http/problem';
import type { ReelTools } from '../reels/reels';
import { route } from '../http/route';
import { answerOf, joinedWarning, refusalOf } from './answers';
import { createJoining } from './joining';
import { readLegacyOrder } from './read-order';

const ANSWER_WITHIN_MS = 300_000;

/**
 * The one call of the application that this service replaces, with its words: a reel is ordered and awaited in the
 * same request. A caller that hangs up, or gets no answer in time, stops nothing: the same request joins its reel.
 */
export function addLegacyRoute(
  router: IRouter,
  deps: ApiDeps,
  { finder, present, startReel, watch }: ReelTools,
): void {
  const { settings, backend, logger, legacyAnswerWithinMs = ANSWER_WITHIN_MS } = deps;
  const joining = createJoining(deps, finder, startReel);

  route(router, '/api/generate-reel', {
    get: (_req, res) => {
      const cors = settings.corsOrigins.length > 0;
      res.json({ status: 'ok', runwayConfigured: backend.kind === 'runway', cors });
    },
    post: [
      jsonBody,
      async (req, res) => {
        const { warnings, ...order } = readLegacyOrder(req.body);
        releaseBody(req, res);
        // Nothing is sent while it waits.
        req.socket.setTimeout(legacyAnswerWithinMs + STALL_MS);
        const client = clientOf(res);
        const { view } = await joining.join({ ...order, client });
        const joined = isTerminal(view.status) ? [joinedWarning(view.finishedAt ?? '')] : [];
        const gone = new AbortController();
        res.once('close', () => gone.abort());
        const reel = await present(view);
        const wait = { client, reel, ms: legacyAnswerWithinMs, signal: gone.signal };
        // Whoever waits too often already is told how the reel stands.
        const seen = (await waitForReel(watch, wait)) ?? reel;
        const { status, body } = answerOf(seen, [...warnings, ...joined]);
        if (isTerminal(seen.status) && !res.closed) res.once('finish', () => joining.answered(seen.id));
        res.status(status).json(body);
      },
    ],
  });
  router.use(
    '/api/generate-reel',
    problemHandler(logger, (problem, res) => void res.json(refusalOf(problem))),
  );
}
