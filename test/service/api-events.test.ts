/** Live progress: server-sent events and `Prefer: wait`, against the whole service. */
import { createHash } from 'node:crypto';
import { isTerminal } from '../../src/contract/reel';
import { type Api, problemOf, reelOf, startApi } from '../support/api';
import { EventReader } from '../support/event-reader';
import { eventually } from '../../tools/stack/eventually';
import { Service } from '../support/service';

let service: Service;
const readers: EventReader[] = [];
const apis: Api[] = [];

beforeAll(async () => {
  service = await Service.start({ policy: { decisionPatienceMs: 60_000 } });
});

afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

afterAll(() => service?.stop());

/** Another API process on the same Temporal and storage. */
async function anotherApi(overrides: Parameters<typeof startApi>[1] = {}): Promise<Api> {
  const { env, storage, simulator } = service;
  const backend = { kind: 'simulator', baseUrl: simulator.url } as const;
  const api = await startApi(env.client, { storage, backend, ...overrides });
  apis.push(api);
  return api;
}

/** A reel that stands still until it is decided. The simulator loses the first answer to each prompt. */
async function undecided(): Promise<string> {
  const { id } = await service.order('', { promptText: `Calm sea no. ${++seas} #lost-504` });
  await service.until(id, 'the decision', ({ status }) => status === 'needs_decision');
  return id;
}
let seas = 0;

async function follow(id: string, { api = service.api, lastId = '' } = {}): Promise<EventReader> {
  const headers: Record<string, string> = lastId === '' ? {} : { 'last-event-id': lastId };
  const reader = await EventReader.open(`${api.url}/v1/reels/${id}/events`, headers);
  readers.push(reader);
  return reader;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const lastStatusIs = (reader: EventReader, status: string) => () => reader.last?.reel.status === status;

describe('GET /v1/reels/{id}/events', () => {
  test('shows each state once, from the first to the end, and closes', async () => {
    const { id } = await service.order();
    const reader = await follow(id);
    expect(reader.answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(reader.answer.headers.get('x-accel-buffering')).toBe('no');
    await reader.ended;
    expect(reader.retryMs).toBe(2_000);
    const ids = reader.events.map((event) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(reader.events.map(({ reel }) => isTerminal(reel.status))).toEqual([
      ...Array(ids.length - 1).fill(false),
      true,
    ]);
    const { video, ...reel } = await service.reel(id);
    expect(reader.last?.reel).toMatchObject({ ...reel, video: { sha256: video?.sha256 } });
  });

  test('of a reel that has ended: the reel, then nothing more, and 204 for whoever has seen it', async () => {
    const { id } = await service.make();
    const reader = await follow(id);
    await reader.ended;
    expect(reader.events).toHaveLength(1);
    const again = await follow(id, { lastId: reader.last?.id });
    expect(again.answer.status).toBe(204);
    expect((await follow(id, { lastId: 'of another time' })).answer.status).toBe(200);
  });

  test('a client that comes back after a restart gets what changed, and nothing twice', async () => {
    const id = await undecided();
    const before = await anotherApi();
    const reader = await follow(id, { api: before });
    await eventually('the reel', lastStatusIs(reader, 'needs_decision'));
    await before.close();
    await reader.ended;

    const back = await follow(id, { api: await anotherApi(), lastId: reader.last?.id });
    await service.api.post(`/v1/reels/${id}/resolve`, { action: 'abandon' });
    await back.ended;
    expect(back.events.map(({ reel }) => reel.status)).not.toContain('needs_decision');
    expect(back.last?.reel.status).toBe('failed');
  });

  test('20 listeners share one watcher, which stops when the last has left', async () => {
    const id = await undecided();
    const all = await Promise.all(Array.from({ length: 20 }, () => follow(id)));
    await eventually('the reel for everybody', () => all.every((reader) => reader.events.length === 1));
    const looks = jest.spyOn(service.env.client.workflow, 'getHandle');
    const from = Date.now();
    await eventually('three looks', () => looks.mock.calls.length >= 3);
    // At most one a second, for all together.
    expect(looks.mock.calls.length).toBeLessThanOrEqual(1 + (Date.now() - from) / 1_000);
    expect(all.map((reader) => reader.events.length)).toEqual(Array(20).fill(1));
    await Promise.all(all.map((reader) => reader.close()));
    looks.mockRestore();
  });

  test('a stream that is opened while Temporal is away waits for it, and tells another client nothing', async () => {
    const id = await undecided();
    const keys = { local: 'key-of-the-owner', other: 'key-of-another' };
    const api = await anotherApi({
      settings: {
        corsOrigins: [],
        apiKeys: Object.entries(keys).map(([client, key]) => ({ client, sha256: sha256(key) })),
      },
    });
    const open = async (key: string) => {
      const authorization = `Bearer ${key}`;
      const reader = await EventReader.open(`${api.url}/v1/reels/${id}/events`, { authorization });
      readers.push(reader);
      return reader;
    };
    const { workflow } = service.env.client;
    const away = jest.spyOn(workflow, 'getHandle').mockImplementation(() => {
      throw Object.assign(new Error('no connection'), { code: 14 });
    });
    const [owner, other] = await Promise.all([open(keys.local), open(keys.other)]);
    expect([owner.answer.status, other.answer.status]).toEqual([200, 200]);
    const looks = away.mock.calls.length;
    await eventually('another look', () => away.mock.calls.length > looks);
    expect(owner.events).toEqual([]);

    away.mockRestore();
    await eventually('the reel', lastStatusIs(owner, 'needs_decision'));
    await other.ended;
    expect(other.events).toEqual([]);
    expect((await open(keys.other)).answer.status).toBe(404);
  });

  test('the process stops: streams end at once, and waits are answered', async () => {
    const stopping = new AbortController();
    const api = await anotherApi({ stopping: stopping.signal });
    const reader = await follow(await undecided(), { api });
    await eventually('the first event', () => reader.events.length > 0);
    const waiting = api.fetch(`/v1/reels/${(await service.order('slow')).id}`, {
      headers: { prefer: 'wait=60' },
    });
    stopping.abort();
    await reader.ended;
    expect((await waiting).status).toBe(200);
  });

  test('a reel that is not there is a 404', async () => {
    const answer = await service.api.fetch(`/v1/reels/sim-${'a'.repeat(26)}/events`);
    expect(answer.status).toBe(404);
    expect((await problemOf(answer)).code).toBe('reel_not_found');
  });
});

describe('Prefer: wait', () => {
  const headers = { prefer: 'respond-async, wait=60' };

  test('a POST is answered when the reel is done', async () => {
    const answer = await service.api.post('/v1/reels', { promptText: 'A calm sea at dawn' }, headers);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('preference-applied')).toBe('wait=60');
    expect((await reelOf(answer)).status).toBe('succeeded');
  });

  test('a GET is answered when the reel is done, or needs a decision', async () => {
    const made = await service.order();
    expect(await reelOf(service.api.fetch(`/v1/reels/${made.id}`, { headers }))).toMatchObject({
      status: 'succeeded',
    });
    const lost = await service.order('', { promptText: 'The last sea #lost-504' });
    expect(await reelOf(service.api.fetch(`/v1/reels/${lost.id}`, { headers }))).toMatchObject({
      status: 'needs_decision',
    });
  });

  test('when the time is up the reel comes as it is', async () => {
    const { id } = await service.order('slow');
    const answer = await service.api.fetch(`/v1/reels/${id}`, { headers: { prefer: 'wait=1' } });
    expect(answer.headers.get('preference-applied')).toBe('wait=1');
    expect(isTerminal((await reelOf(answer)).status)).toBe(false);
  });
});
