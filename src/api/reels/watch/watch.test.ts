import type { Logger } from 'pino';
import type { Reel } from '../../../contract/schemas/reel';
import { Problem } from '../../http/problem';
import type { ReelView } from '../view/reel-view';
import { TemporalUnreachable } from '../../temporal/temporal-call';
import { createReelWatch, type Snapshot } from './watch';

type Look = () => Partial<Reel> | undefined;

/** A watch over one reel, which looks as `look` says. */
function watchOver(look: Look, stopping?: AbortSignal) {
  const find = jest.fn(async () => look() as ReelView | undefined);
  const toPublicReel = async (view: ReelView) => ({ links: {}, ...view }) as unknown as Reel;
  const logger = { warn: jest.fn() };
  const watch = createReelWatch({
    maxConnections: 4_096,
    finder: { find },
    toPublicReel,
    logger: logger as unknown as Logger,
    stopping,
  });
  const listen = () => {
    const seen: (Snapshot | undefined)[] = [];
    let ended = 0;
    const stop = watch.listen('a', 'site', {
      onSnapshot: (snapshot) => void seen.push(snapshot),
      end: () => ended++,
    });
    return { seen, stop: () => stop?.(), accepted: stop !== undefined, ended: () => ended };
  };
  return { find, logger, listen };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('one look serves all who listen, and none follows when the last has left', async () => {
  const { find, listen } = watchOver(() => ({ status: 'queued' }));
  const all = Array.from({ length: 20 }, listen);
  await jest.advanceTimersByTimeAsync(3_500);
  expect(find).toHaveBeenCalledTimes(4);
  expect(all.every(({ seen }) => seen.length === 4)).toBe(true);
  for (const { stop } of all) stop();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(find).toHaveBeenCalledTimes(4);
  expect(jest.getTimerCount()).toBe(0);
});

test('whoever comes later is shown the reel at once', async () => {
  const { listen } = watchOver(() => ({ status: 'queued' }));
  const first = listen();
  await jest.advanceTimersByTimeAsync(200_500);
  const second = listen();
  await jest.advanceTimersByTimeAsync(0);
  expect(second.seen).toHaveLength(1);
  first.stop();
  second.stop();
});

test('a reel that stands still is looked at every five seconds, one that changes every second', async () => {
  let progress = 0;
  const { find, listen } = watchOver(() => ({ progress }));
  const { stop } = listen();
  await jest.advanceTimersByTimeAsync(120_000);
  find.mockClear();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(find).toHaveBeenCalledTimes(12);
  progress = 0.5;
  await jest.advanceTimersByTimeAsync(5_000);
  find.mockClear();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(find).toHaveBeenCalledTimes(5);
  stop();
});

test('links are renewed all the time: they are no change', async () => {
  let number = 0;
  const { listen } = watchOver(() => ({
    status: 'succeeded',
    links: { self: String(++number), events: '' },
    video: { url: String(number), sha256: 'a' } as Reel['video'],
  }));
  const { seen, stop } = listen();
  await jest.advanceTimersByTimeAsync(1_500);
  expect(seen.map((snapshot) => snapshot?.reel.links.self)).toEqual(['1', '2']);
  expect(seen[0]?.version).toBe(seen[1]?.version);
  stop();
});

test('while Temporal is away, or storage fails, it keeps looking', async () => {
  const faults = [new TemporalUnreachable('away'), new Error('disk')];
  const { listen, logger } = watchOver(() => {
    const fault = faults.shift();
    if (fault) throw fault;
    return { status: 'queued' };
  });
  const { seen, stop } = listen();
  await jest.advanceTimersByTimeAsync(2_500);
  expect(seen).toHaveLength(1);
  expect(logger.warn).toHaveBeenCalledTimes(1);
  stop();
});

test('a reel that was deleted is seen as gone', async () => {
  const { listen } = watchOver(() => {
    throw new Problem('reel_deleted', 'It was deleted.');
  });
  const { seen, stop } = listen();
  await jest.advanceTimersByTimeAsync(0);
  expect(seen).toEqual([undefined]);
  stop();
});

test('a client listens 250 times at most, and again when one has left', () => {
  const { listen } = watchOver(() => ({}));
  const all = Array.from({ length: 250 }, listen);
  expect(listen().accepted).toBe(false);
  all[0]?.stop();
  all[0]?.stop();
  const last = listen();
  expect(last.accepted).toBe(true);
  expect(listen().accepted).toBe(false);
  for (const { stop } of [...all, last]) stop();
});

test('when the process stops everybody is told, also whoever comes then', async () => {
  const stopping = new AbortController();
  const { listen } = watchOver(() => ({}), stopping.signal);
  const listener = listen();
  stopping.abort();
  expect(listener.ended()).toBe(1);
  listener.stop();
  const late = listen();
  await jest.advanceTimersByTimeAsync(0);
  expect(late.ended()).toBe(1);
});
