import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { type Api, problemOf, startApi } from '../../../test/support/api';
import { makeHead, queuedState } from '../../domain/reel';
import { signPath } from '../access/signed-url';

const FILE = join(__dirname, '../../storage/fixtures/vertical-audio.mp4');
const SECRET = 'alice-secret-1234';
const id = 'a'.repeat(26);
const path = `/v1/reels/${id}/video`;

let now = new Date('2026-11-23T06:00:00Z');
let api: Api;
let bytes: Buffer;

// A finished reel is served without a call to Temporal.
const noTemporal = { options: { namespace: 'default' } } as unknown as Client;

beforeAll(async () => {
  const sha256 = createHash('sha256').update(SECRET).digest('hex');
  api = await startApi(noTemporal, {
    settings: { apiKeys: [{ client: 'alice', sha256 }], corsOrigins: [] },
    now: () => now,
  });
  bytes = await readFile(FILE);
  const { video } = await api.storage.storeVideo({
    reelId: id,
    generation: 2,
    source: createReadStream(FILE),
  });
  const head = makeHead({
    id,
    client: 'alice',
    bodyHash: '',
    createdAt: now.toISOString(),
    backend: { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' },
    request: {
      promptText: 'Snow',
      model: 'veo3.1_fast',
      ratio: '720:1280',
      duration: 8,
      audio: 'none',
      title: 'Holiday Celebration',
      date: '2025-12-06',
    },
    estimatedCredits: 80,
  });
  const startedAt = now.toISOString();
  const generation = { model: 'veo3.1_fast', changes: [], estimatedCredits: 80, startedAt };
  await api.storage.writeRecord({
    schemaVersion: 1,
    workflowId: `reel-${id}`,
    head,
    state: {
      ...queuedState(head),
      status: 'succeeded',
      phase: 'done',
      generations: [
        { ...generation, number: 1, status: 'failed' },
        { ...generation, number: 2, status: 'succeeded' },
      ],
      video,
    },
  });
});
afterAll(() => api?.close());
afterEach(() => {
  now = new Date('2026-11-23T06:00:00Z');
});

const own = { authorization: `Bearer ${SECRET}` };

test('the whole file, under its name, with an ETag by content', async () => {
  const answer = await api.fetch(path, { headers: own });
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': String(bytes.length),
    'accept-ranges': 'bytes',
    'content-disposition': 'inline; filename=2025-12-06-holiday-celebration.mp4',
    etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
  });
});

test.each([
  ['bytes=0-9', 0, 10],
  ['bytes=100-', 100, undefined],
  ['bytes=-5', -5, undefined],
  // RFC 9110, 14.1.2: of a file that is shorter than the suffix, all.
  ['bytes=-5000000', 0, undefined],
  ['Bytes=0-9', 0, 10],
  ['bytes=0-9,10-19', 0, 20],
])('the range %s', async (range, from, to) => {
  const answer = await api.fetch(path, { headers: { ...own, range } });
  expect(answer.status).toBe(206);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes.subarray(from, to));
  expect(answer.headers.get('content-range')).toMatch(new RegExp(`^bytes \\d+-\\d+/${bytes.length}$`));
});

test('an interrupted download goes on only while the file is the same', async () => {
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  const resume = (ifRange: string) =>
    api.fetch(path, { headers: { ...own, range: 'bytes=10-', 'if-range': ifRange } });
  expect((await resume(etag)).status).toBe(206);
  expect((await resume('"other"')).status).toBe(200);
  // fetch would add `no-cache`.
  const known = { ...own, 'if-none-match': etag, 'cache-control': 'max-age=0' };
  expect((await api.fetch(path, { headers: known })).status).toBe(304);
  expect((await api.fetch(path, { method: 'HEAD', headers: own })).status).toBe(200);
});

test.each(['bytes=0-9,20-29', 'bytes=9-5', 'bytes=-', 'lines=0-9'])(
  'the range %s is ignored: the whole file',
  async (range) => {
    const answer = await api.fetch(path, { headers: { ...own, range } });
    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBe(bytes.length);
  },
);

test('HEAD knows no ranges', async () => {
  const answer = await api.fetch(path, { method: 'HEAD', headers: { ...own, range: 'bytes=0-9' } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-length')).toBe(String(bytes.length));
});

test.each(['bytes=-0', 'bytes=99999999-'])('the range %s is a 416 that tells the length', async (range) => {
  const answer = await api.fetch(path, { headers: { ...own, range } });
  expect(answer.status).toBe(416);
  expect(answer.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
  expect(answer.headers.get('content-disposition')).toBeNull();
  expect((await problemOf(answer)).code).toBe('range_not_satisfiable');
});

describe('who may see it', () => {
  test('the reel gives a link that works without a key for 24 hours, on any page', async () => {
    // Without a run in Temporal the reel cannot be read over HTTP here: the link is signed as it would be.
    const url = signPath(await api.storage.signingKey(), path, now);
    const answer = await api.fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    now = new Date(now.getTime() + 24 * 3_600_000);
    const late = await api.fetch(url);
    expect(late.status).toBe(403);
    expect((await problemOf(late)).code).toBe('link_expired');
    expect((await api.fetch(url, { headers: own })).status).toBe(200);
  });

  test('nobody else', async () => {
    const changed = `${signPath(await api.storage.signingKey(), path, now)}x`;
    expect((await problemOf(api.fetch(changed))).code).toBe('link_invalid');
    expect((await api.fetch(path)).status).toBe(401);
    expect((await api.fetch(path, { headers: { authorization: 'Bearer other' } })).status).toBe(401);
    const otherReel = signPath(await api.storage.signingKey(), path.replace('aaa', 'bbb'), now);
    expect((await api.fetch(path + otherReel.slice(path.length))).status).toBe(403);
  });
});
