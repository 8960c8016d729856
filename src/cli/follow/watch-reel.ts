import { setTimeout as sleep } from 'node:timers/promises';
import type { Reel } from '../../contract/schemas/reel';
import { reelEvents } from './reel-events';
import { reelPath } from '../service/reel-path';
import type { Service } from '../service/service';
import { ServiceError } from '../service/service-error';

const PAUSE_MS = 1_000;

interface WatchOptions {
  readonly signal: AbortSignal;
  /** How long the service may be away, in ms. */
  readonly patienceMs: number;
  /** Called once each time that the service goes away. */
  readonly onLost: () => void;
}

/**
 * A reel as it changes, whatever happens to the connection. It is read between two event streams as well: so nothing is
 * missed, and a service without the stream is watched too. Goes on until the consumer stops.
 *
 * @throws ServiceError when the reel is not there, or the service stays away
 */
export async function* watchReel(
  service: Service,
  id: string,
  { signal, patienceMs, onLost }: WatchOptions,
): AsyncGenerator<Reel> {
  let lastEventId: string | undefined;
  let heardAt: number | undefined;
  let lost = false;
  for (;;) {
    try {
      for await (const event of reelEvents(service, id, { lastEventId, signal })) {
        [lastEventId, heardAt, lost] = [event.id, Date.now(), false];
        yield event.reel;
      }
    } catch (error) {
      if (!(error instanceof ServiceError) || !(error.mayPass || hasNoStream(error))) throw error;
    }
    try {
      const reel = await service.get<Reel>(reelPath(id), signal);
      [heardAt, lost] = [Date.now(), false];
      yield reel;
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.mayPass) throw error;
      // Never heard of: the address may be wrong.
      if (heardAt === undefined && !error.sent) throw error;
      heardAt ??= Date.now();
      if (Date.now() - heardAt > patienceMs) throw error;
      if (!lost) onLost();
      lost = true;
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** An older service, or too many streams at once: reading does as well. */
function hasNoStream({ status, code }: ServiceError): boolean {
  return (status === 404 && code === 'not_found') || status === 405 || status === 429;
}
