/** The front end that this service replaces goes on working: one request, one answer, nothing paid twice. */
import { createHash } from 'node:crypto';
import { type Api, reelOf, startApi } from '../support/api';
import { eventually } from '../../tools/stack/eventually';
import { Service } from '../support/service';

const ORIGIN = 'https://events.example';
const PATH = '/api/generate-reel';
const BOB = 'bob-secret-1234';

interface Answer {
  readonly success?: boolean;
  readonly videoUrl: string;
  readonly reelId: string;
  readonly reelUrl?: string;
  readonly warnings?: string[];
  readonly error?: string;
  readonly troubleshooting?: string[];
}

let service: Service;
let api: Api;
let ahead = 0;
const apis: Api[] = [];

beforeAll(async () => {
  service = await Service.start();
  api = await startOld();
});
afterEach(() => service.simulator.setHook());
afterAll(async () => {
  await Promise.all(apis.map((one) => one.close()));
  await service.stop();
});

async function startOld(overrides: Parameters<typeof startApi>[1] = {}): Promise<Api> {
  const started = await startApi(service.env.client, {
    storage: service.storage,
    backend: { kind: 'simulator', baseUrl: service.simulator.url },
    settings: { apiKeys: [], corsOrigins: [ORIGIN] },
    now: () => new Date(Date.now() + ahead),
    ...overrides,
  });
  apis.push(started);
  return started;
}

async function generate(
  scenario: string,
  fields: Record<string, unknown> = {},
  through = api,
): Promise<Answer & { status: number }> {
  const answer = await through.post(
    PATH,
    { prompt: `Snow falls #${scenario}`, ...fields },
    { origin: ORIGIN },
  );
  return { status: answer.status, ...((await answer.json()) as Answer) };
}

/** Keeps every task of a scenario from being answered until it is released. */
function holdPolls(): () => void {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  service.simulator.setHook(async ({ at }) => {
    if (at === 'poll') await held;
    return undefined;
  });
  return release;
}

test('a page on another origin orders a reel in one request, and plays it', async () => {
  const preflight = await api.fetch(PATH, {
    method: 'OPTIONS',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Content-Type');

  const body = {
    prompt: 'Paper lanterns rise #old-page',
    event: { title: 'Lantern Night', start_utc: '2025-12-06T18:00:00Z', location: 'Old Town' },
    audioMode: 'no_audio',
    addMusic: true,
  };
  const answer = await api.post(PATH, body, { origin: ORIGIN });
  expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  const made = (await answer.json()) as Answer;
  expect(made).toEqual({
    success: true,
    videoUrl: expect.stringMatching(/\/video\?expires=\d+&signature=/),
    // Measured: the simulator's clip is shorter than what was ordered.
    duration: 3,
    aspectRatio: '9:16',
    resolution: '720x1280',
    reelId: expect.any(String),
    warnings: [expect.stringContaining('add music in the app that publishes')],
  });
  expect(await reelOf(api.fetch(`/v1/reels/${made.reelId}`))).toMatchObject({
    request: { title: 'Lantern Night', date: '2025-12-06', metadata: { location: 'Old Town' } },
  });

  // A video element asks without Origin, one with `crossorigin` with it.
  for (const origin of [undefined, ORIGIN]) {
    const headers = { range: 'bytes=0-99', ...(origin !== undefined && { origin }) };
    const part = await fetch(made.videoUrl, { headers });
    expect(part.status).toBe(206);
    expect((await part.arrayBuffer()).byteLength).toBe(100);
    expect(part.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(part.headers.get('access-control-allow-origin')).toBe(origin ?? null);
  }
});

test('the health check says how the service is set up', async () => {
  expect(await (await api.fetch(PATH)).json()).toEqual({ status: 'ok', runwayConfigured: false, cors: true });
  const closed = await startOld({
    settings: { apiKeys: [], corsOrigins: [] },
    backend: { kind: 'runway', baseUrl: 'https://runway.example' },
  });
  expect(await (await closed.fetch(PATH)).json()).toEqual({
    status: 'ok',
    runwayConfigured: true,
    cors: false,
  });
});

test('clicks at the same time, also on two processes, are one reel; the next one after a minute is another', async () => {
  const other = await startOld();
  const clicks = await Promise.all([1, 2, 3, 4].map((n) => generate('clicks', {}, n % 2 ? api : other)));
  expect(clicks.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(new Set(clicks.map(({ reelId }) => reelId)).size).toBe(1);
  const [{ reelId } = { reelId: '' }] = clicks;

  const late = await generate('clicks');
  expect(late).toMatchObject({ reelId, warnings: [expect.stringContaining('made before')] });
  expect(service.posts('clicks')).toHaveLength(1);

  ahead += 61_000;
  const again = await generate('clicks');
  expect(again.reelId).not.toBe(reelId);
  expect(again).not.toHaveProperty('warnings');
  expect(service.posts('clicks')).toHaveLength(2);
});

test('after its reel was deleted, the same request makes another one', async () => {
  const first = await generate('deleted');
  expect((await api.fetch(`/v1/reels/${first.reelId}`, { method: 'DELETE' })).status).toBe(204);
  const second = await generate('deleted');
  expect(second.status).toBe(200);
  expect(second.reelId).not.toBe(first.reelId);
  expect((await generate('deleted')).reelId).toBe(second.reelId);
});

test('no answer in time is a 504 with the link; the reel goes on, and the same request gets it, even hours later', async () => {
  const hasty = await startOld({ legacyAnswerWithinMs: 300 });
  const release = holdPolls();
  const late = await generate('too-late', {}, hasty);
  expect(late).toMatchObject({
    status: 504,
    error: expect.stringContaining('goes on'),
    troubleshooting: expect.arrayContaining([expect.stringContaining('same request again')]),
  });
  expect(late.reelUrl).toBe(`${hasty.url}/v1/reels/${late.reelId}`);

  expect(await generate('too-late', {}, hasty)).toMatchObject({ status: 504, reelId: late.reelId });
  release();
  await service.ended(late.reelId);
  ahead += 7_200_000;
  expect(await generate('too-late')).toMatchObject({ status: 200, reelId: late.reelId });
  expect(service.posts('too-late')).toHaveLength(1);
});

test('a caller that hangs up stops nothing, and gets the video when it comes back', async () => {
  const release = holdPolls();
  const gone = new AbortController();
  const body = JSON.stringify({ prompt: 'Snow falls #hung-up' });
  const hungUp = api.fetch(PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: gone.signal,
  });
  await eventually('the submit', () => service.posts('hung-up').length === 1);
  gone.abort();
  await expect(hungUp).rejects.toThrow();
  release();
  const answer = await generate('hung-up');
  expect(answer.status).toBe(200);
  expect(await service.reel(answer.reelId)).toMatchObject({
    status: 'succeeded',
    generations: [{ number: 1 }],
  });
  expect(service.posts('hung-up')).toHaveLength(1);
});

test('a failure is told in the words of the catalog, and the next try is a new reel where nothing was spent', async () => {
  const failed = await generate('no-credits');
  expect(failed).toMatchObject({
    status: 502,
    error: expect.stringContaining('credits'),
    troubleshooting: expect.arrayContaining([expect.stringContaining('dev.runwayml.com')]),
    reelUrl: expect.stringContaining(failed.reelId),
  });
  expect(failed).not.toHaveProperty('success');
  expect((await generate('no-credits')).reelId).not.toBe(failed.reelId);

  const refused = await generate('safety-input');
  expect(refused).toMatchObject({ status: 422, error: expect.stringContaining('refused these words') });
  expect((await generate('safety-input')).reelId).toBe(refused.reelId);
  expect(service.posts('safety-input')).toHaveLength(1);
});

test('a lost answer is told at once: waiting would not settle it', async () => {
  const undecided = await startOld();
  const lost = await generate('lost-504', {}, undecided);
  // The tests' patience for a decision is short: the reel may have failed by now.
  expect([502, 504]).toContain(lost.status);
  const { credits } = await service.ended(lost.reelId);
  expect(credits).toMatchObject({ charged: 0, uncertain: 80 });
  expect((await generate('lost-504')).reelId).toBe(lost.reelId);
  expect(service.posts('lost-504')).toHaveLength(1);
});

test('what cannot be accepted is refused in the old shape before anything is spent', async () => {
  const before = service.simulator.ledger().posts.length;
  const long = await generate('long', { prompt: 'a'.repeat(1_001) });
  expect(long).toMatchObject({
    status: 400,
    error: 'The request is not valid',
    troubleshooting: [expect.stringMatching(/^prompt is 1001 characters long/)],
  });
  const form = await api.fetch(PATH, { method: 'POST', body: 'prompt=Snow' });
  expect(form.status).toBe(415);
  expect(await form.json()).toMatchObject({
    error: expect.any(String),
    troubleshooting: [expect.any(String)],
  });
  expect((await api.fetch(PATH, { method: 'DELETE' })).status).toBe(405);
  expect(service.simulator.ledger().posts).toHaveLength(before);
});

test('with keys it asks for one, and one client never joins the reel of another', async () => {
  const keys = ['alice', 'bob'].map((client) => ({
    client,
    sha256: createHash('sha256').update(`${client}-secret-1234`).digest('hex'),
  }));
  const guarded = await startOld({ settings: { apiKeys: keys, corsOrigins: [] } });
  const body = { prompt: 'Snow falls #of-two' };
  const stranger = await guarded.post(PATH, body);
  expect(stranger.status).toBe(401);
  expect(await stranger.json()).toMatchObject({ error: 'A key is needed' });
  expect((await guarded.fetch(PATH)).status).toBe(401);

  const ofAlice = await guarded.post(PATH, body, { authorization: 'Bearer alice-secret-1234' });
  const ofBob = await guarded.post(PATH, body, { authorization: `Bearer ${BOB}` });
  const [{ reelId }, bobs] = (await Promise.all([ofAlice.json(), ofBob.json()])) as [Answer, Answer];
  expect(bobs.reelId).not.toBe(reelId);
  expect(service.posts('of-two')).toHaveLength(2);
});
