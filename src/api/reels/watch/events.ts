import type { IRouter, Request, Response } from 'express';
import { isTerminal } from '../../../contract/reel';
import { type Auth, clientOf } from '../../access/auth';
import { EventStream } from './event-stream';
import { Problem } from '../../http/problem';
import type { ReelTools } from '../reels';
import { route } from '../../http/route';
import { TemporalUnreachable } from '../../temporal/temporal-call';
import type { ReelWatch, Sight } from './watch';
import { wellFormedJson } from '../../../contract/text';

/** Server-sent events: the whole reel after each change, until it has ended. */
export function addEventRoute(
  router: IRouter,
  { finder, present, watch }: Pick<ReelTools, 'finder' | 'present'> & { readonly watch: ReelWatch },
  auth: Auth,
): void {
  /** @returns undefined while Temporal cannot be asked. @throws Problem 404 */
  async function firstSight(id: string, client: string): Promise<Sight | undefined> {
    try {
      return watch.sight(client, await present(await finder.get(id, client)));
    } catch (error) {
      // An EventSource gives up for good after any other answer than a stream.
      if (error instanceof TemporalUnreachable) return undefined;
      throw error;
    }
  }

  route(router, '/v1/reels/:id/events', {
    get: async (req, res) => {
      const id = String(req.params['id']);
      const client = clientOf(res);
      const known = req.get('last-event-id');
      const first = await firstSight(id, client);
      // Gone in the meantime: nobody would tell the stream to stop.
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
      stream(req, res, { id, client, known, first });
    },
  });

  function stream(
    req: Request,
    res: Response,
    { id, client, known, first }: { id: string; client: string; known?: string; first?: Sight },
  ): void {
    let shown = known;
    const show = (sight: Sight | undefined) => {
      // While Temporal could not be asked, nobody knew whose reel it is: nothing was sent.
      if (sight?.client !== client) {
        events.end();
        return;
      }
      if (sight.version !== shown) events.send('reel', sight.version, wellFormedJson(sight.reel));
      shown = sight.version;
      if (isTerminal(sight.reel.status)) events.end();
    };
    // A session may be ended meanwhile. A disk that cannot be asked ends nothing.
    const endAtSignOut = async () => {
      const now = await auth.findClient(req).catch(() => client);
      if (now !== client) events.end();
    };
    const see = (sight: Sight | undefined) => {
      show(sight);
      void endAtSignOut();
    };
    const stop = watch.listen(id, client, { see, end: () => events.end() });
    if (!stop) throw tooManyStreams();
    const events = new EventStream(res, stop);
    if (first) show(first);
  }
}

function tooManyStreams(): Problem {
  return new Problem(
    'too_many_streams',
    'This client has as many streams open as one may have. Close some, or ask with GET from time to time.',
    { headers: { 'Retry-After': '30' } },
  );
}
