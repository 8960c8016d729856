import type { Request, Response } from 'express';
import { z } from 'zod';
import { wellFormedJson } from '../../../contract/text';
import { isTerminal } from '../../../contract/reel';
import type { ApiContext } from '../../context';
import { type MakeProblem, route } from '../../http/route';
import { reelEvent } from '../../../contract/schemas/reel';
import { TemporalUnreachable } from '../../temporal/temporal-call';
import { REEL_PARAMS, REEL_PROBLEMS } from '../view/reel-finder';
import { EventStream } from './event-stream';
import type { Snapshot } from './watch';

/** Server-sent events: the whole reel after each change, until it has ended. */
export const followReel = route({
  method: 'GET',
  path: '/v1/reels/{id}/events',
  id: 'followReel',
  tag: 'Reels',
  summary: 'Follow a reel',
  text:
    'Server-sent events, for `EventSource`: an event `reel` with the whole reel as JSON in `data` for each change, ' +
    'until the reel has ended. Comments keep the connection open. A connection that breaks is taken up again with ' +
    '`Last-Event-ID`.',
  access: 'key',
  params: REEL_PARAMS,
  headers: z.object({
    'Last-Event-ID': z.string().optional().meta({ description: '`id` of the last event that was seen.' }),
  }),
  answers: {
    200: { text: 'The stream.', content: { 'text/event-stream': { schema: reelEvent } } },
    204: { text: 'The reel has ended, and `Last-Event-ID` is its end: nothing will come.' },
  },
  problems: [...REEL_PROBLEMS, 'too_many_streams'],
  async handler({ req, res, params: { id }, client, problem }, context) {
    const known = req.get('last-event-id');
    const first = await firstSnapshot(id, client, context);
    // The caller is gone already: no `close` would end the stream.
    if (res.destroyed || req.socket.destroyed) return;
    if (first && first.version === known && isTerminal(first.reel.status)) {
      // The only answer after which an EventSource does not come back.
      res.sendStatus(204);
      return;
    }
    if (req.method === 'HEAD') {
      EventStream.writeHead(res);
      res.end();
      return;
    }
    stream({ req, res, id, client, known, first, problem }, context);
  },
});

/** @returns undefined while Temporal cannot be asked. @throws Problem 404 */
async function firstSnapshot(
  id: string,
  client: string,
  { watch, finder, toPublicReel }: ApiContext,
): Promise<Snapshot | undefined> {
  try {
    return watch.snapshot(client, await toPublicReel(await finder.get(id, client)));
  } catch (error) {
    // An EventSource gives up for good after any other answer than a stream.
    if (error instanceof TemporalUnreachable) return undefined;
    throw error;
  }
}

interface Follower {
  readonly req: Request;
  readonly res: Response;
  readonly id: string;
  readonly client: string;
  /** Version of the reel that the caller has. */
  readonly known?: string;
  readonly first?: Snapshot;
  readonly problem: MakeProblem<'too_many_streams'>;
}

function stream(
  { req, res, id, client, known, first, problem }: Follower,
  { watch, auth }: ApiContext,
): void {
  let shown = known;
  const show = (snapshot: Snapshot | undefined) => {
    // While Temporal could not be asked, the owner was not known, and nothing was sent.
    if (snapshot?.client !== client) {
      events.end();
      return;
    }
    if (snapshot.version !== shown) events.send('reel', snapshot.version, wellFormedJson(snapshot.reel));
    shown = snapshot.version;
    if (isTerminal(snapshot.reel.status)) events.end();
  };
  // The session may end meanwhile. A disk fault ends no stream.
  const endAtSignOut = async () => {
    const now = await auth.findClient(req).catch(() => client);
    if (now !== client) events.end();
  };
  const onSnapshot = (snapshot: Snapshot | undefined) => {
    show(snapshot);
    void endAtSignOut();
  };
  const stop = watch.listen(id, client, { onSnapshot, end: () => events.end() });
  if (!stop) {
    throw problem(
      'too_many_streams',
      'This client has as many streams open as one may have. Close some, or ask with GET from time to time.',
      { headers: { 'Retry-After': '30' } },
    );
  }
  const events = new EventStream(res, stop);
  if (first) show(first);
}
