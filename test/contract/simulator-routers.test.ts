/** Model Routers and their log, through the real SDK. */
import RunwayML from '@runwayml/sdk';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server';

const STARTED_AT = Date.now();
const ONLY_WAN: RunwayML.RouterCreateParams.Settings = { models: { mode: 'allowlist_only', ids: ['wan3'] } };
const INPUT = { promptText: 'a paper boat', resolution: '480p', duration: 2, audio: false } as const;

const running: Simulator[] = [];
async function start(options: SimulatorOptions = {}): Promise<{ simulator: Simulator; client: RunwayML }> {
  // The clock stands still, so that a busy machine changes nothing.
  const simulator = await startSimulator({ taskSeconds: 10, clock: () => STARTED_AT, ...options });
  running.push(simulator);
  const client = new RunwayML({ apiKey: 'key_practice', baseURL: simulator.url, maxRetries: 0 });
  return { simulator, client };
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

test('a router that allows one model makes its tasks with that model', async () => {
  const { simulator, client } = await start();
  const router = await client.routers.create({ slug: 'only-wan', settings: ONLY_WAN });
  expect(router).toMatchObject({ slug: 'only-wan', name: 'only-wan', version: 1 });
  expect(await client.routers.retrieve(router.id)).toEqual(router);

  const made = await client.generate.video.create({ configId: 'only-wan', input: INPUT });
  expect(made.routing).toMatchObject({ configId: 'only-wan', model: 'wan3', estimatedCost: { credits: 10 } });
  simulator.advance(10);
  expect(await client.tasks.retrieve(made.id)).toMatchObject({ status: 'SUCCEEDED', cost: { credits: 10 } });
  expect(simulator.ledger().posts).toMatchObject([{ endpoint: 'generate/video', taskId: made.id }]);
});

test('without an allowlist the cheapest model that can do it is taken', async () => {
  const { client } = await start();
  await client.routers.create({ slug: 'any' });
  const modelFor = async (input: RunwayML.Generate.VideoCreateParams['input']) =>
    (await client.generate.video.create({ configId: 'any', input })).routing.model;
  expect(await modelFor({ ...INPUT, aspectRatio: '9:16' })).toBe('wan3');
  expect(await modelFor({ promptText: 'a boat', resolution: '720p', duration: 5, audio: true })).toBe(
    'h3_max',
  );
});

test('the log shows every create after its delay, latest first, also one whose answer was lost', async () => {
  const { simulator, client } = await start({ account: { routerLogDelaySeconds: 30 } });
  const { id } = await client.routers.create({ slug: 'only-wan', settings: ONLY_WAN });
  const create = (promptText: string) =>
    client.generate.video.create({ configId: 'only-wan', input: { ...INPUT, promptText } });
  const { data: heard, response } = await create('a boat').withResponse();
  await expect(create('#lost-reset-with-task')).rejects.toThrow();
  const lost = simulator.ledger().tasks[1];
  const log = async () => {
    const rows = [];
    for await (const row of client.routers.listRequests(id, { limit: 1 })) rows.push(row);
    return rows;
  };

  expect(await log()).toEqual([]);
  simulator.advance(30);
  expect(await log()).toMatchObject([
    { status: 'routed', model: 'wan3', estimatedCredits: 10, taskId: lost?.id },
    {
      taskId: heard.id,
      requestId: response.headers.get('apigw-requestid'),
      createdAt: new Date(STARTED_AT).toISOString(),
    },
  ]);
});

test('nothing is made beyond the ceiling of a router', async () => {
  const { simulator, client } = await start();
  const settings = { ...ONLY_WAN, maxCreditsPerGeneration: { video: 9 } };
  const { id } = await client.routers.create({ slug: 'cheap', settings });
  await expect(client.generate.video.create({ configId: 'cheap', input: INPUT })).rejects.toMatchObject({
    status: 400,
  });
  expect(simulator.ledger().tasks).toEqual([]);
  const { data } = await client.routers.listRequests(id, {});
  expect(data).toMatchObject([{ status: 'no_eligible_model', taskId: null }]);
});

test('what Runway would refuse is refused', async () => {
  const { client } = await start();
  await client.routers.create({ slug: 'taken' });
  await expect(client.routers.create({ slug: 'taken' })).rejects.toMatchObject({ status: 409 });
  const unknown: RunwayML.RouterCreateParams.Settings = { models: { mode: 'allowlist_only', ids: ['veo9'] } };
  await expect(client.routers.create({ slug: 'x', settings: unknown })).rejects.toMatchObject({
    status: 400,
  });
  await expect(client.generate.video.create({ configId: 'none', input: INPUT })).rejects.toMatchObject({
    status: 404,
  });
  const input = { ...INPUT, frames: 3 };
  await expect(client.generate.video.create({ configId: 'taken', input })).rejects.toMatchObject({
    status: 400,
  });
  await expect(client.routers.listRequests('unknown', {})).rejects.toMatchObject({ status: 404 });
});

test('a deleted router is gone', async () => {
  const { client } = await start();
  const { id } = await client.routers.create({ slug: 'gone' });
  await client.routers.delete(id);
  await expect(client.routers.retrieve(id)).rejects.toMatchObject({ status: 404 });
  await expect(client.generate.video.create({ configId: 'gone', input: INPUT })).rejects.toMatchObject({
    status: 404,
  });
});
