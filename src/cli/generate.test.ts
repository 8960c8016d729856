/** What `generate` and its kin do when the service, the line or the disk does not help. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeServers, type FakeAnswer, fakeService, runCommand, type Seen } from '../../test/support/cli';
import { eventually } from '../../tools/stack/eventually';

const VIDEO = Buffer.from('a video');
const QUEUED = {
  id: 'abc',
  status: 'queued',
  phase: 'submitting',
  simulated: false,
  warnings: [],
  progress: 0,
  createdAt: '2026-11-23T07:00:00.000Z',
  updatedAt: '2026-11-23T07:00:00.000Z',
  request: { promptText: 'A boat', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
  generations: [],
  credits: { estimated: 80, charged: 0, uncertain: 0 },
  links: { self: 'http://x/v1/reels/abc', events: 'http://x/v1/reels/abc/events' },
};
const MADE = {
  ...QUEUED,
  status: 'succeeded',
  phase: 'done',
  progress: 1,
  credits: { estimated: 80, charged: 80, uncertain: 0 },
  video: {
    url: 'http://x/v',
    bytes: VIDEO.length,
    sha256: createHash('sha256').update(VIDEO).digest('hex'),
    contentType: 'video/mp4',
    width: 720,
    height: 1280,
    durationSeconds: 8,
    hasAudio: false,
  },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reels-cli-'));
});
afterEach(async () => {
  await closeServers();
  await rm(folder, { recursive: true, force: true });
});

type Routes = Partial<Record<'post' | 'events' | 'reel' | 'video', (asked: Seen, nth: number) => FakeAnswer>>;

const event = (reel: unknown, id: string) => `event: reel\nid: ${id}\ndata: ${JSON.stringify(reel)}\n\n`;
const asStream = { 'content-type': 'text/event-stream' };

/** A service that makes every reel at once, but for the routes that a test plays otherwise. */
function service(routes: Routes = {}) {
  const all: Required<Routes> = {
    post: () => ({ status: 202, body: QUEUED }),
    events: () => ({ body: event(MADE, '1'), headers: asStream }),
    reel: () => ({ body: MADE }),
    video: () => ({
      body: VIDEO,
      headers: { 'content-type': 'video/mp4', 'content-disposition': 'inline; filename="boat.mp4"' },
    }),
    ...routes,
  };
  return fakeService((asked, seen) => {
    const { method, url } = asked;
    const route =
      method === 'POST'
        ? 'post'
        : url.endsWith('/events')
          ? 'events'
          : url.endsWith('/video')
            ? 'video'
            : 'reel';
    const nth = seen.filter((other) => other.method === method && other.url === url).length;
    return all[route](asked, nth);
  });
}

const generate = (url: string, ...more: string[]) =>
  runCommand(['generate', 'A boat', '--output', folder, '--url', url, ...more]);

const problem = (status: number, code: string, headers = {}): FakeAnswer => ({
  status,
  body: { title: 'No', detail: `It is ${code}.`, code },
  headers,
});

test('every option becomes its field, and a file becomes a data URI', async () => {
  const image = join(folder, 'first.png');
  const bytes = Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1');
  await writeFile(image, bytes);
  const { url, seen } = await service();
  const args =
    `--title Boat --date 2025-12-06 --image ${image} --audio music --duration 4 --ratio 9:16 --model m
    --negative-prompt rain --seed 7 --fallbacks no_audio,wait --max-credits 240 --on-lost-answer submit_again
    --deadline 2h --webhook-url https://example.org/h --metadata a=b=c --metadata d=e`.split(/\s+/);
  expect(await generate(url, '--detach', ...args)).toMatchObject({ code: 3, err: '' });
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    promptText: 'A boat',
    promptImage: `data:image/png;base64,${bytes.toString('base64')}`,
    model: 'm',
    ratio: '9:16',
    duration: 4,
    audio: 'music',
    negativePrompt: 'rain',
    seed: 7,
    fallbacks: ['no_audio', 'wait'],
    onLostAnswer: 'submit_again',
    maxCredits: 240,
    deadline: '2h',
    webhookUrl: 'https://example.org/h',
    title: 'Boat',
    date: '2025-12-06',
    metadata: { a: 'b=c', d: 'e' },
  });
});

test.each([
  ['--seed', 'abc'],
  ['--metadata', 'nothing'],
  ['--timeout', '10'],
  ['--audio', 'loud'],
  ['--image', '/nowhere.png'],
  ['--image', __filename],
  ['--output', '/nowhere/boat.mp4'],
  ['--output', __filename],
])('%s %s is refused before anything is sent', async (...option) => {
  const { url, seen } = await service();
  const { code, err } = await generate(url, ...option);
  expect(code).toBe(2);
  expect(err).not.toBe('');
  expect(seen).toEqual([]);
});

test('a lost answer, a 503 and a rate limit are answered by the same request with the same key', async () => {
  const { url, seen } = await service({
    post: (_asked, nth) =>
      ([
        { breaks: true },
        problem(503, 'temporal_unreachable', { 'retry-after': '0' }),
        problem(429, 'rate_limited', { 'retry-after': '0' }),
      ][nth - 1] as FakeAnswer) ?? { status: 200, body: QUEUED },
  });
  const { code, err } = await runCommand(
    ['generate', 'A boat', '--output', folder, '--url', url],
    {},
    { patienceMs: 30_000 },
  );
  expect(code).toBe(0);
  expect(err).toContain('it stays one reel');
  const posts = seen.filter(({ method }) => method === 'POST');
  expect(posts).toHaveLength(4);
  expect(
    new Set(posts.map(({ headers, body }) => `${String(headers['idempotency-key'])} ${body}`)).size,
  ).toBe(1);
});

test.each([
  ['the daily budget', problem(429, 'daily_budget_reached', { 'retry-after': '3600' })],
  ['a wrong field', problem(400, 'invalid_request')],
])('%s is refused at once', async (_name, answer) => {
  const { url, seen } = await service({ post: () => answer });
  expect(await generate(url)).toMatchObject({ code: 2, out: '' });
  expect(seen).toHaveLength(1);
});

test('watching goes on where a lost connection ended, and a service without the stream is read instead', async () => {
  const running = { ...QUEUED, status: 'in_progress', phase: 'running', progress: 0.5 };
  const { url, seen } = await service({
    events: (asked, nth) => {
      if (nth === 1) return { body: event(running, 'state-1'), headers: asStream, breaks: true };
      if (nth === 2) return problem(404, 'not_found');
      return { body: event(MADE, 'state-2'), headers: { ...asStream, seen: String(asked.url) } };
    },
    reel: (_asked, nth) => (nth === 1 ? problem(503, 'temporal_unreachable') : { body: running }),
  });
  expect(await generate(url)).toMatchObject({ code: 0 });
  const streams = seen.filter(({ url: path }) => path.endsWith('/events'));
  expect(streams.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'state-1', 'state-1']);
});

test('a service that stays away leaves the reel to itself, and says how to come back', async () => {
  const { url } = await service({ events: () => ({ breaks: true }), reel: () => ({ breaks: true }) });
  const { code, err } = await runCommand(
    ['generate', 'A boat', '--output', folder, '--url', url],
    {},
    { watchPatienceMs: 500 },
  );
  expect(code).toBe(3);
  expect(err).toContain(`durable-reels watch abc --url ${url}`);
});

test.each([
  ['while it is being made', { reel: () => ({ body: QUEUED }), events: () => problem(404, 'not_found') }],
  ['while it is ordered', { post: () => ({ breaks: true as const }) }],
])('Ctrl-C %s ends the command, not the reel', async (_name, routes) => {
  const { url, seen } = await service(routes);
  const interrupt = new AbortController();
  const ran = runCommand(
    ['generate', 'A boat', '--output', folder, '--url', url, '--idempotency-key', 'mine'],
    {},
    {
      patienceMs: 30_000,
      onInterrupt: (listener) => {
        interrupt.signal.addEventListener('abort', listener);
        return () => interrupt.signal.removeEventListener('abort', listener);
      },
    },
  );
  await eventually('the command waits for an answer', () => seen.length >= 2);
  interrupt.abort();
  const { code, out, err } = await ran;
  expect(code).toBe(3);
  expect(out + err).toMatch(/durable-reels watch abc|--idempotency-key mine/);
  expect(seen.some(({ url: path }) => path.endsWith('/cancel'))).toBe(false);
});

describe('the file', () => {
  test('has the name of the service, and a second one the next free name', async () => {
    const { url } = await service();
    await generate(url);
    expect((await generate(url)).out).toContain(join(folder, 'boat-2.mp4'));
    expect((await readdir(folder)).sort()).toEqual(['boat-2.mp4', 'boat.mp4']);
    expect(await readFile(join(folder, 'boat-2.mp4'))).toEqual(VIDEO);
  });

  test('with a chosen name is never replaced without --force', async () => {
    const { url, seen } = await service();
    const file = join(folder, 'mine.mp4');
    await writeFile(file, 'precious');
    expect(await generate(url, '--output', file)).toMatchObject({ code: 2 });
    expect(seen).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe('precious');
    expect(await generate(url, '--output', file, '--force')).toMatchObject({ code: 0 });
    expect(await readFile(file)).toEqual(VIDEO);
  });

  test('of a download that breaks off is fetched again', async () => {
    const whole = { body: VIDEO, headers: { 'content-type': 'video/mp4' } };
    const { url } = await service({
      video: (_asked, nth) => (nth === 1 ? { ...whole, body: 'a vi', breaks: true } : whole),
    });
    expect(await generate(url)).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'abc.mp4'))).toEqual(VIDEO);
  });

  test('that arrives damaged is not kept, and the video is still at the service', async () => {
    const { url } = await service({ video: () => ({ body: 'something else' }) });
    const { code, err } = await generate(url);
    expect(code).toBe(1);
    expect(err).toMatch(/damaged[^]+durable-reels download abc/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('stays in its folder, whatever the service calls it', async () => {
    const headers = { 'content-disposition': `inline; filename*=UTF-8''..%2F..%2Fevil%1b.mp4` };
    const { url } = await service({ video: () => ({ body: VIDEO, headers }) });
    await generate(url);
    expect(await readdir(folder)).toEqual(['evil.mp4']);
  });
});

test.each([
  [`inline; filename*=UTF-8''%ff`, 'abc.mp4'],
  [`inline; filename="${'x'.repeat(300)}.mp4"`, 'abc.mp4'],
  [`inline; filename*=UTF-8''${'%F0%9F%8C%8A'.repeat(60)}.mp4`, 'abc.mp4'],
  [`inline; filename*=UTF-8''..%5C..%5C`, 'abc.mp4'],
  [`inline; filename="boat.mp4"; filename*=UTF-8''%ff%`, 'boat.mp4'],
  [`inline; filename*=UTF-8''a%E2%80%AE4pm.exe`, 'a4pm.exe'],
])('a name that is none, as in %j, becomes a plain one', async (disposition, file) => {
  const { url } = await service({
    video: () => ({ body: VIDEO, headers: { 'content-disposition': disposition } }),
  });
  expect(await generate(url)).toMatchObject({ code: 0 });
  expect(await readdir(folder)).toEqual([file]);
});

test('--json prints the reel with the place of its file, and nothing else', async () => {
  const { url } = await service();
  const { out, err } = await generate(url, '--json');
  expect(err).toBe('');
  expect(JSON.parse(out)).toMatchObject({ id: 'abc', status: 'succeeded', file: join(folder, 'boat.mp4') });
});

test('on a screen the progress is one line that is gone at the end', async () => {
  const { url } = await service();
  const { err, out } = await runCommand(
    ['generate', 'A boat', '--output', folder, '--url', url],
    { LANG: 'C.UTF-8' },
    { screen: { isTTY: true, columns: 60 } },
  );
  expect(err).toContain('Done');
  expect(err.endsWith('\r\u001b[K')).toBe(true);
  expect(out).toContain('\u001b[32m');
});

test('a dry run asks for the price, and makes nothing', async () => {
  const estimate = { simulated: false, request: QUEUED.request, credits: { estimated: 80, atMost: 320 } };
  const { url, seen } = await service({ post: () => ({ body: estimate }) });
  const { code, out } = await generate(url, '--dry-run');
  expect(code).toBe(0);
  expect(seen.map(({ url: path }) => path)).toEqual(['/v1/estimate']);
  expect(out).toMatch(/costs +\$0\.80 \(80 credits\)[^]+at most +\$3\.20/);
});
