import { createParser } from 'eventsource-parser';
import type { Reel } from '../../contract/schemas/reel';
import { reelPath } from '../service/reel-path';
import type { Service } from '../service/service';

/** The service sends a comment every 15 s: a connection that is silent for so long is dead. */
const IDLE_MS = 45_000;

export interface ReelEvent {
  readonly reel: Reel;
  /** Names the state of the reel, to go on from it after a lost connection. */
  readonly id?: string;
}

/** The changes of a reel as the service tells them, until the connection ends. None when nothing can change any more. */
export async function* reelEvents(
  service: Service,
  id: string,
  { lastEventId, signal }: { readonly lastEventId?: string; readonly signal?: AbortSignal },
): AsyncGenerator<ReelEvent> {
  const { chunks } = await service.stream(reelPath(id, 'events'), {
    headers: {
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    idleMs: IDLE_MS,
    signal,
  });
  const come: ReelEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data, id: eventId }) => {
      if (event === 'reel') come.push({ reel: JSON.parse(data) as Reel, id: eventId });
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* come.splice(0);
  }
}
