/** The simulator speaks Runway's wire protocol: the real SDK understands it, and it is as strict as Runway. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import RunwayML from '@runwayml/sdk';
import type { Hook, SimulatorEvent } from '../../src/simulator/scenarios/hook';
import { MODELS } from '../../src/simulator/vendor/models';
import { always, once } from '../../src/simulator/scenarios/scenario';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server';

const TASK_SECONDS = 10;
const STARTED_AT = Date.now();
const REEL = { model: 'veo3.1_fast', promptText: 'a paper boat', ratio: '720:1280', audio: false } as const;

const running: Simulator[] = [];
async function start(options: SimulatorOptions = {}): Promise<{ simulator: Simulator; client: RunwayML }> {
  // The clock stands still, so that a busy machine changes nothing.
  const simulator = await startSimulator({ taskSeconds: TASK_SECONDS, clock: () => STARTED_AT, ...options });
  running.push(simulator);
  return { simulator, client: clientOf(simulator) };
}
function clientOf({ url }: Simulator): RunwayML {
  return new RunwayML({ apiKey: 'key_practice', baseURL: url, maxRetries: 0, timeout: 10_000 });
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

function post(
  simulator: Simulator,
  body: unknown,
  headers: Record<string, string> = {},
  path = 'text_to_video',
) {
  return fetch(`${simulator.url}/v1/${path}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer key_practice',
      'x-runway-version': '2024-11-06',
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('through the real SDK', () => {
  test('a task is created, pends, runs with progress and succeeds with a playable file', async () => {
    const { simulator, client } = await start();
    const { id, estimatedCost } = await client.textToVideo.create(REEL);
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(estimatedCost).toEqual({ credits: 80 });

    expect(await client.tasks.retrieve(id)).toMatchObject({
      id,
      status: 'PENDING',
      estimatedCost: { credits: 80 },
    });
    simulator.advance(5);
    const half = await client.tasks.retrieve(id);
    expect(half).toMatchObject({ status: 'RUNNING', progress: expect.closeTo(0.41, 1) as number });
    simulator.advance(5);
    const done = await client.tasks.retrieve(id);
    if (done.status !== 'SUCCEEDED') throw new Error(done.status);
    expect(done.cost).toEqual({ credits: 80 });
    expect(Number.isNaN(Date.parse(done.createdAt))).toBe(false);

    const video = await fetch(done.output[0] ?? '');
    expect(video.headers.get('content-type')).toBe('video/mp4');
    expect(await sizeOf(video)).toEqual('720x1280 silent');
  });

  test('an image starts a task as well', async () => {
    const { client } = await start();
    const { estimatedCost } = await client.imageToVideo.create({
      model: 'gen4_turbo',
      promptImage: 'data:image/png;base64,iVBORw0KGgo=',
      ratio: '720:1280',
      duration: 4,
    });
    expect(estimatedCost.credits).toBe(20);
  });

  test('a deleted task is gone, and so is an unknown one', async () => {
    const { client } = await start();
    const { id } = await client.textToVideo.create(REEL);
    await client.tasks.delete(id);
    for (const gone of [id, '8e3a5a4c-26c8-4a1c-9d0a-000000000000']) {
      await expect(client.tasks.retrieve(gone)).rejects.toMatchObject({
        status: 404,
        error: { error: 'Could not find Task' },
      });
    }
    await expect(client.tasks.delete(id)).rejects.toMatchObject({ status: 404 });
  });

  test('the organization shows balance, limits and counts, and its usage what was charged', async () => {
    const { client } = await start({ account: { creditBalance: 1000, maxDaily: 50 } });
    await client.textToVideo.create(REEL);
    const organization = await client.organization.retrieve();
    expect(organization.creditBalance).toBe(920);
    expect(organization.tier.models['veo3.1_fast']).toEqual({
      maxConcurrentGenerations: null,
      maxDailyGenerations: 50,
    });
    expect(organization.usage.models['veo3.1_fast']).toEqual({ dailyGenerations: 1 });

    const usage = await client.organization.retrieveUsage();
    expect(usage.models).toEqual(['veo3.1_fast']);
    expect(usage.results).toHaveLength(31);
    expect(usage.results.at(-1)?.usedCredits).toEqual([{ model: 'veo3.1_fast', amount: 80 }]);
    await expect(
      client.organization.retrieveUsage({ startDate: '2026-01-01', beforeDate: '2026-06-01' }),
    ).rejects.toMatchObject({ status: 400 });
  });

  test('every model can be asked for, and every answer carries a request ID', async () => {
    const { simulator } = await start();
    for (const [model, { text, image }] of Object.entries(MODELS)) {
      const body = {
        model,
        promptText: 'a paper boat',
        ...(model === 'gen4.5' && { duration: 5 }),
        ...(/^(?:veo|gen4)/.test(model) && { ratio: '720:1280' }),
      };
      if (text) {
        const answer = await post(simulator, body);
        expect([model, answer.status]).toEqual([model, 200]);
        expect(answer.headers.get('apigw-requestid')).toMatch(/^\S{10,}$/);
      }
      if (image) {
        const withImage = { ...body, promptImage: 'https://example.com/boat.png' };
        expect([model, (await post(simulator, withImage, {}, 'image_to_video')).status]).toEqual([
          model,
          200,
        ]);
      }
    }
  });
});

describe('requests are checked as strictly as Runway checks them', () => {
  test.each([
    ['no key', { authorization: '' }, 401],
    ['a key that is none', { authorization: 'Bearer sk_live' }, 401],
    ['no version', { 'x-runway-version': '' }, 400],
    ['another version', { 'x-runway-version': '2023-01-01' }, 400],
    ['no JSON', { 'content-type': 'text/plain' }, 415],
  ])('%s', async (_name, headers, status) => {
    const { simulator } = await start();
    const answer = await post(simulator, REEL, headers);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { error: string }).error).toEqual(expect.any(String));
    expect(simulator.ledger()).toMatchObject({ tasks: [], posts: [{ answer: String(status) }] });
  });

  test.each([
    ['an unknown field', { ...REEL, resolution: '720p' }, []],
    ['an unknown model', { ...REEL, model: 'veo9' }, ['model']],
    ['an image-only model', { ...REEL, model: 'gen4_turbo' }, ['model']],
    ['a missing ratio', { ...REEL, ratio: undefined }, ['ratio']],
    ['a ratio of another model', { ...REEL, ratio: '9:16' }, ['ratio']],
    ['a duration between the allowed ones', { ...REEL, duration: 7 }, ['duration']],
    ['an empty prompt', { ...REEL, promptText: '' }, ['promptText']],
    ['a prompt over the limit in UTF-16 units', { ...REEL, promptText: '🚣'.repeat(501) }, ['promptText']],
    ['a seed out of range', { ...REEL, seed: 2 ** 32 }, ['seed']],
    ['adaptive without an image', { model: 'hailuo3', promptText: 'x', ratio: 'adaptive' }, ['ratio']],
    ['a body that is no object', '[]', []],
  ])('%s is a 400 that names the field', async (_name, body, path) => {
    const { simulator } = await start();
    const answer = await post(simulator, body);
    expect(answer.status).toBe(400);
    const { error, issues } = (await answer.json()) as {
      error: string;
      issues: { path: string[]; code: string }[];
    };
    expect(error).toBe('Validation of body failed');
    expect(issues).toEqual([expect.objectContaining({ path, code: expect.any(String) as string })]);
  });

  test('a prompt of exactly the limit passes', async () => {
    const { simulator } = await start();
    expect((await post(simulator, { ...REEL, promptText: '🚣'.repeat(500) })).status).toBe(200);
  });

  test.each([
    ['http://example.com/a.png', 400],
    ['https://127.0.0.1/a.png', 400],
    ['data:image/gif;base64,AAAA', 400],
    [`data:image/png;base64,${'A'.repeat(5 * 1024 * 1024)}`, 400],
    [`data:image/webp;base64,${'A'.repeat(4 * 1024 * 1024)}`, 200],
    ['runway://upload', 200],
    [[{ uri: 'https://example.com/a.png', position: 'last' }], 400],
    [
      [
        { uri: 'https://example.com/a.png', position: 'first' },
        { uri: 'https://example.com/b.png', position: 'last' },
      ],
      200,
    ],
  ])('image %#', async (promptImage, status) => {
    const { simulator } = await start();
    expect((await post(simulator, { ...REEL, promptImage }, {}, 'image_to_video')).status).toBe(status);
  });

  test('a keyframe of wan3 follows its image, a reference need not', async () => {
    const { simulator } = await start();
    const status = async (ratio: string, promptImage: unknown) =>
      (await post(simulator, { model: 'wan3', promptText: 'x', ratio, promptImage }, {}, 'image_to_video'))
        .status;
    const uri = 'https://example.com/a.png';
    expect(await status('auto_720p', uri)).toBe(200);
    expect(await status('720:1280', uri)).toBe(400);
    expect(await status('720:1280', [{ uri, position: 'first' }])).toBe(400);
    expect(await status('720:1280', [{ uri }])).toBe(200);
  });

  test('broken JSON, an unknown path, a wrong method and a huge body have their own answers', async () => {
    const { simulator } = await start();
    expect((await post(simulator, '{')).status).toBe(400);
    expect((await post(simulator, REEL, {}, 'text_to_movie')).status).toBe(404);
    expect((await fetch(`${simulator.url}/v1/text_to_video`)).status).toBe(405);
    expect((await post(simulator, { ...REEL, promptText: 'x'.repeat(17e6) })).status).toBe(413);
  });
});

describe('prices', () => {
  test.each([
    [{ ...REEL, audio: undefined }, 120],
    [{ ...REEL, audio: true, duration: 4 }, 60],
    [{ ...REEL, model: 'veo3.1', audio: undefined, duration: 6 }, 240],
    [{ model: 'gen4.5', promptText: 'x', ratio: '720:1280', duration: 5 }, 60],
    [{ model: 'seedance2', promptText: 'x', ratio: '1080:1920', duration: 5 }, 200],
    [{ model: 'seedance2_mini', promptText: 'x', duration: 'auto' }, 240],
    [{ model: 'seedance2_mini', promptText: 'x', duration: 4 }, 64],
    [{ model: 'wan3', promptText: 'x', ratio: 'auto_480p', duration: 2 }, 10],
    [{ model: 'wan3_prime', promptText: 'x', ratio: '480:832', duration: 3 }, 21],
    [{ model: 'wan3_prime', promptText: 'x', ratio: '480:832', duration: 5 }, 34],
    [{ model: 'hailuo3', promptText: 'x', resolution: '2k', duration: 5 }, 75],
    [{ model: 'grok_imagine_1_5', promptText: 'x', resolution: '1080p', duration: 2 }, 58],
  ])('%j', async (body, credits) => {
    const { simulator } = await start();
    expect(await (await post(simulator, body)).json()).toMatchObject({ estimatedCost: { credits } });
  });

  test('what is refunded goes back, what is withheld for safety does not', async () => {
    const { simulator, client } = await start({ account: { creditBalance: 200 } });
    await client.textToVideo.create({ ...REEL, promptText: '#internal-once' });
    await client.textToVideo.create({ ...REEL, promptText: '#safety-output' });
    expect(simulator.ledger().credits).toEqual({ balance: 40, charged: 160, refunded: 0 });
    await expect(client.textToVideo.create(REEL)).rejects.toMatchObject({
      status: 400,
      error: { error: 'You do not have enough credits to run this task.' },
    });
    simulator.advance(TASK_SECONDS);
    expect(simulator.ledger().credits).toEqual({ balance: 120, charged: 80, refunded: 80 });
    await client.textToVideo.create(REEL);
  });

  test.each([
    ['running', 80, 0],
    ['always', 80, 80],
    ['never', 0, 0],
  ] as const)('deleting costs as the rule %s says', async (chargesDeleted, ofRunning, ofPending) => {
    const { simulator, client } = await start({ account: { chargesDeleted } });
    const pending = await client.textToVideo.create(REEL);
    await client.tasks.delete(pending.id);
    expect(simulator.ledger().credits.charged).toBe(ofPending);
    const started = await client.textToVideo.create(REEL);
    simulator.advance(TASK_SECONDS / 2);
    await client.tasks.delete(started.id);
    expect(simulator.ledger().credits.charged).toBe(ofPending + ofRunning);
    const finished = await client.textToVideo.create(REEL);
    simulator.advance(TASK_SECONDS);
    await client.tasks.delete(finished.id);
    expect(simulator.ledger().credits.charged).toBe(ofPending + ofRunning + 80);
  });
});

describe('the account', () => {
  test.each([
    ['key_refused', 401],
    ['suspended', 401],
    ['payment_required', 402],
    ['forbidden', 403],
  ] as const)('%s refuses every call until it is ok again', async (access, status) => {
    const { simulator, client } = await start();
    const { id } = await client.textToVideo.create(REEL);
    simulator.setAccount({ access });
    for (const call of [
      () => client.textToVideo.create(REEL),
      () => client.tasks.retrieve(id),
      () => client.tasks.delete(id),
      () => client.organization.retrieve(),
    ]) {
      await expect(call()).rejects.toMatchObject({ status });
    }
    simulator.setAccount({ access: 'ok' });
    expect((await client.tasks.retrieve(id)).status).toBe('PENDING');
    expect(simulator.ledger().tasks[0]?.polls.map(({ answer }) => answer)).toEqual([
      String(status),
      'PENDING',
    ]);
  });

  test('the daily limit refuses with Runway’s text, and a day later it is forgotten', async () => {
    const { simulator, client } = await start({ account: { maxDaily: 1 } });
    await client.textToVideo.create(REEL);
    await expect(client.textToVideo.create(REEL)).rejects.toMatchObject({
      status: 429,
      error: { error: 'Your daily task limit has been reached.' },
    });
    simulator.advance(24 * 3600 + 1);
    await client.textToVideo.create(REEL);
  });

  test('tasks above the concurrency are throttled, and a deleted one makes room', async () => {
    const { simulator, client } = await start({ account: { maxConcurrent: 1 } });
    const [first, second, third] = [
      await client.textToVideo.create(REEL),
      await client.textToVideo.create(REEL),
      await client.textToVideo.create(REEL),
    ];
    const statuses = async () =>
      Promise.all([second.id, third.id].map(async (id) => (await client.tasks.retrieve(id)).status));
    expect(await statuses()).toEqual(['THROTTLED', 'THROTTLED']);
    await client.tasks.delete(first.id);
    expect(await statuses()).toEqual(['PENDING', 'THROTTLED']);
    simulator.advance(TASK_SECONDS);
    expect(await statuses()).toEqual(['SUCCEEDED', 'PENDING']);
    simulator.advance(TASK_SECONDS);
    expect(await statuses()).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  test('counters lag behind by their delay', async () => {
    const { simulator, client } = await start({ account: { counterDelaySeconds: 60, creditBalance: 500 } });
    await client.textToVideo.create(REEL);
    const look = async () => {
      const { creditBalance, usage } = await client.organization.retrieve();
      return [creditBalance, usage.models['veo3.1_fast']?.dailyGenerations];
    };
    expect(await look()).toEqual([500, 0]);
    simulator.advance(61);
    expect(await look()).toEqual([420, 1]);
  });

  test('the status page shows an incident on the public API while there is one', async () => {
    const { simulator } = await start();
    expect(await publicApi(simulator)).toBe('operational');
    const changed = await fetch(`${simulator.url}/_simulator/account`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ incident: 'Delayed generations', creditBalance: 40 }),
    });
    expect(await changed.json()).toMatchObject({ incident: 'Delayed generations', creditBalance: 40 });
    expect(await publicApi(simulator)).toBe('major_outage');
    simulator.setAccount({ incident: null });
    expect(await publicApi(simulator)).toBe('operational');
  });

  test('an account change with an unknown field is refused', async () => {
    const { simulator } = await start();
    const answer = await fetch(`${simulator.url}/_simulator/account`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credits: 40 }),
    });
    expect(answer.status).toBe(400);
  });
});

describe('outputs', () => {
  test.each([
    ['720:1280', false, '720x1280 silent'],
    ['720:1280', true, '720x1280 sound'],
    ['1280:720', false, '1280x720 silent'],
    ['1280:720', true, '1280x720 sound'],
    ['1080:1920', false, '1080x1920 silent'],
    ['1080:1920', true, '1080x1920 sound'],
    ['1920:1080', false, '1920x1080 silent'],
    ['1920:1080', true, '1920x1080 sound'],
  ] as const)('%s with audio %s is %s', async (ratio, audio, clip) => {
    const { simulator, client } = await start();
    const { id } = await client.textToVideo.create({ ...REEL, ratio, audio });
    simulator.advance(TASK_SECONDS);
    const done = await client.tasks.retrieve(id);
    expect(await sizeOf(await fetch(done.status === 'SUCCEEDED' ? (done.output[0] ?? '') : ''))).toBe(clip);
  });

  test('a URL is refused when it is unsigned, altered or expired, and each read gives a fresh one', async () => {
    const { simulator, client } = await start({ urlSeconds: 60 });
    const { id } = await client.textToVideo.create(REEL);
    simulator.advance(TASK_SECONDS);
    const urlNow = async () => {
      const task = await client.tasks.retrieve(id);
      return task.status === 'SUCCEEDED' ? (task.output[0] ?? '') : '';
    };
    const [url, again] = [await urlNow(), await urlNow()];
    expect(again).not.toBe(url);
    const status = async (target: string) => (await fetch(target)).status;
    expect(await status(url)).toBe(200);
    expect(await status(url.replace(/\?.*/, ''))).toBe(403);
    expect(await status(url.replace(/expires=\d/, 'expires=9'))).toBe(403);
    simulator.advance(61);
    expect(await status(url)).toBe(403);
    expect(await status(await urlNow())).toBe(200);
    await client.tasks.delete(id);
    expect(await status(again)).toBe(403);
  });
});

describe('a test can steer it', () => {
  test('the hook sees every point in order, and what it returns replaces the answer', async () => {
    const seen: SimulatorEvent['at'][] = [];
    const hook: Hook = ({ at }) => {
      seen.push(at);
      return at === 'poll' ? { kind: 'answer', status: 418 } : undefined;
    };
    const { simulator, client } = await start({ hook });
    const { id } = await client.textToVideo.create(REEL);
    await expect(client.tasks.retrieve(id)).rejects.toMatchObject({ status: 418 });
    await client.tasks.delete(id);
    expect(seen).toEqual(['received', 'beforeTask', 'afterTask', 'afterAnswer', 'poll', 'delete']);
    simulator.setHook();
    await expect(client.tasks.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });

  test.each([
    ['received', 0],
    ['beforeTask', 0],
    ['afterTask', 1],
  ] as const)('a reset at %s leaves %d tasks', async (at, tasks) => {
    const { simulator, client } = await start({
      hook: (event) => (event.at === at ? { kind: 'reset' } : undefined),
    });
    await expect(client.textToVideo.create(REEL)).rejects.toMatchObject({ message: 'Connection error.' });
    expect(simulator.ledger()).toMatchObject({ posts: [{ answer: 'reset' }] });
    expect(simulator.ledger().tasks).toHaveLength(tasks);
  });

  test('a hook that waits holds the request back', async () => {
    let release = (): void => undefined;
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    const { simulator, client } = await start({ hook: ({ at }) => (at === 'afterTask' ? held : undefined) });
    const answer = client.textToVideo.create(REEL);
    const books = await simulator.until(({ tasks }) => tasks.length === 1);
    expect(books.posts[0]?.answer).toBeUndefined();
    release();
    expect((await answer).id).toBe(books.tasks[0]?.id);
  });

  test('scenarios of its own need no marker', async () => {
    const { simulator, client } = await start({
      scenarioFor: () => ({
        about: '',
        posts: once({ fault: { kind: 'answer', status: 429, json: { error: 'no' } }, taskExists: false }),
        lives: always({ running: 0, end: { status: 'CANCELLED' } }),
      }),
    });
    await expect(client.textToVideo.create(REEL)).rejects.toMatchObject({ status: 429 });
    const { id } = await client.textToVideo.create(REEL);
    simulator.advance(TASK_SECONDS);
    expect(await client.tasks.retrieve(id)).toMatchObject({ status: 'CANCELLED', cost: { credits: 0 } });
  });

  test('whoever follows a redirect is in the books', async () => {
    const { simulator } = await start();
    await post(simulator, { ...REEL, promptText: '#lost-redirect' });
    expect(simulator.ledger().redirectsFollowed).toBe(1);
  });
});

describe('the journal', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('a simulator started again on it has the same books, and scenarios go on where they were', async () => {
    const dataFile = join(folder, 'books', 'simulator.jsonl');
    // The first one is not closed before the second starts: nothing may depend on an orderly end.
    const first = await start({ dataFile });
    const prompt = { ...REEL, promptText: '#internal-twice' };
    const made = await first.client.textToVideo.create(prompt);
    await first.client.tasks.retrieve(made.id);
    const deleted = await first.client.textToVideo.create(REEL);
    await first.client.tasks.delete(deleted.id);
    await expect(first.client.textToVideo.create({ ...REEL, promptText: '#http-402' })).rejects.toThrow();
    first.simulator.setAccount({ creditBalance: 500, incident: 'Outage' });
    const before = first.simulator.ledger();
    await writeFile(dataFile, '{"type":"poll","at":17', { flag: 'a' });

    const second = await start({ dataFile });
    expect(second.simulator.ledger()).toEqual(before);
    expect(await publicApi(second.simulator)).toBe('major_outage');
    await second.client.textToVideo.create(prompt);
    await second.client.textToVideo.create(prompt);
    second.simulator.advance(TASK_SECONDS);
    expect(second.simulator.ledger().tasks.map(({ status }) => status)).toEqual([
      'FAILED',
      'DELETED',
      'FAILED',
      'SUCCEEDED',
    ]);
    const third = await start({ dataFile });
    expect(third.simulator.ledger().tasks).toHaveLength(4);
  });

  test('an image is kept out of the books', async () => {
    const dataFile = join(folder, 'simulator.jsonl');
    const { simulator } = await start({ dataFile });
    const promptImage = `data:image/png;base64,${'A'.repeat(100_000)}`;
    await post(simulator, { ...REEL, promptImage }, {}, 'image_to_video');
    expect((await readFile(dataFile)).length).toBeLessThan(2000);
  });
});

async function publicApi({ url }: Simulator): Promise<string | undefined> {
  const summary = (await (await fetch(`${url}/status/api/v2/summary.json`)).json()) as {
    components: { id: string; name: string; status: string }[];
  };
  const component = summary.components.find(({ id }) => id === 'w3jcq3dwljp4');
  expect(component?.name).toBe('Public API');
  return component?.status;
}

/** Read from the container itself, as the names of the clip files may be wrong. */
async function sizeOf(response: Response): Promise<string> {
  const { ALL_FORMATS, BufferSource, Input } = await import('mediabunny');
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(await response.arrayBuffer()) });
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  expect(video?.codec).toBe('avc');
  return `${video?.displayWidth}x${video?.displayHeight} ${audio ? 'sound' : 'silent'}`;
}
