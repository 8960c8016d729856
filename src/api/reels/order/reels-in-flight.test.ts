import type { Storage } from '../../../storage/storage';
import { ReelsInFlight } from './reels-in-flight';

const keys = [{ client: 'site', sha256: '0'.repeat(64) }];

/** Room for three reels, where the database knows of `visible`. */
function room(visible: () => number, apiKeys = keys) {
  const count = jest.fn(async () => visible());
  const storage = { countOpenReels: count } as unknown as Storage;
  const limits = { requestsPerSecond: 1, reelsInFlight: 3 };
  const settings = { apiKeys, corsOrigins: [], limits };
  return { count, inFlight: new ReelsInFlight({ storage, settings }) };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const admitMany = async (inFlight: ReelsInFlight, times: number) => {
  const results = await Promise.allSettled(Array.from({ length: times }, () => inFlight.admit('site')));
  return results.filter(({ status }) => status === 'fulfilled').length;
};

test('of many at once only as many come in as there is room for, by one count', async () => {
  const { inFlight, count } = room(() => 1);
  expect(await admitMany(inFlight, 50)).toBe(2);
  expect(count).toHaveBeenCalledTimes(1);
  await expect(inFlight.admit('site')).rejects.toMatchObject({ status: 429, code: 'too_many_reels' });
});

test('an order that is written late lets nobody in twice', async () => {
  const { inFlight } = room(() => 0);
  expect(await admitMany(inFlight, 5)).toBe(3);
  jest.advanceTimersByTime(2_000);
  expect(await admitMany(inFlight, 5)).toBe(0);
});

test('there is room again when reels have ended', async () => {
  let visible = 3;
  const { inFlight } = room(() => visible);
  expect(await admitMany(inFlight, 1)).toBe(0);
  visible = 2;
  jest.advanceTimersByTime(1_000);
  expect(await admitMany(inFlight, 5)).toBe(1);
});

test('one client does not take the room of another', async () => {
  const { inFlight } = room(() => 0);
  expect(await admitMany(inFlight, 5)).toBe(3);
  await expect(inFlight.admit('other')).resolves.toBeUndefined();
});

test('without keys there is no limit, and nothing is asked', async () => {
  const { inFlight, count } = room(() => 100, []);
  await inFlight.admit('local');
  expect(count).not.toHaveBeenCalled();
});
