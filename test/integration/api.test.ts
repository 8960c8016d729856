import { createHash } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { type ReelHead, type ReelState, workflowIdOf } from '../../src/domain/reel';
import { ensureSearchAttributes } from '../../src/platform/temporal/ensure-search-attributes';
import { noteEnds } from '../../src/api/reels/list/note-ends';
import type { Reel } from '../../src/contract/schemas/reel';
import { type Api, problemOf, reelOf, startApi } from '../support/api';
import { eventually } from '../../tools/stack/eventually';
import { localTemporal } from '../../tools/stack/temporal';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const body = { promptText: 'Snow falls on a small town', title: 'Holiday Party' };

let temporal: TestWorkflowEnvironment;
let api: Api;

beforeAll(async () => {
  temporal = await localTemporal();
  await ensureSearchAttributes(temporal.connection.operatorService, 'default');
  api = await startApi(temporal.client, { temporalUiUrl: 'http://127.0.0.1:8233' });
});

afterAll(async () => {
  await api?.close();
  await temporal?.teardown();
});

describe('POST /v1/reels', () => {
  test('answers 202 with a queued reel that can be read at its Location while no worker runs', async () => {
    const answer = await api.post('/v1/reels', body);
    const reel = await reelOf(answer.clone());
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`${api.url}/v1/reels/${reel.id}`);
    expect(reel).toMatchObject({
      id: expect.stringMatching(/^sim-[a-z2-7]{26}$/),
      status: 'queued',
      phase: 'submitting',
      simulated: true,
      warnings: [],
      progress: 0,
      request: { ...body, model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
      generations: [],
      credits: { estimated: 80, charged: 0, uncertain: 0 },
    });
    expect(await reelOf(api.fetch(`/v1/reels/${reel.id}`))).toEqual(reel);
  });

  test('the run carries what Temporal shows of it: summary, search attributes, a link to its page', async () => {
    const reel = await reelOf(api.post('/v1/reels', body));
    const run = await temporal.client.workflow.getHandle(workflowIdOf(reel.id)).describe();
    expect(await run.staticSummary()).toBe(
      'Holiday Party · veo3.1_fast · 8 s · no audio · at most 320 credits',
    );
    expect(run.searchAttributes).toMatchObject({ ReelStatus: ['queued'], ReelClient: ['local'] });
    expect(reel.links.temporal).toBe(
      `http://127.0.0.1:8233/namespaces/default/workflows/reel-${reel.id}/${run.runId}`,
    );
  });

  test('an image inside the request goes into storage and travels as a reference', async () => {
    const promptImage = `data:image/png;base64,${PNG.toString('base64')}`;
    const reel = await reelOf(api.post('/v1/reels', { ...body, promptImage }));
    const reference = `stored:${createHash('sha256').update(PNG).digest('hex')}.png`;
    expect(reel.request.promptImage).toBe(reference);
    expect((await api.storage.readImage(reference)).bytes).toEqual(PNG);
    const { memo } = await temporal.client.workflow.getHandle(workflowIdOf(reel.id)).describe();
    expect(JSON.stringify(memo)).not.toContain('base64');
  });
});

describe('an idempotency key', () => {
  test('50 equal requests at once make one reel', async () => {
    const headers = { 'idempotency-key': 'fifty' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => api.post('/v1/reels', body, headers)));
    const statuses = answers.map((answer) => answer.status).sort();
    const reels = await Promise.all(answers.map(reelOf));
    expect(statuses).toEqual([...Array(49).fill(200), 202]);
    expect(new Set(reels.map((reel) => reel.id)).size).toBe(1);
    expect(new Set(reels.map((reel) => reel.links.temporal)).size).toBe(1);
  });

  test('the same body in another order is the same request; another body gets 422', async () => {
    const headers = { 'idempotency-key': 'order' };
    const reel = await reelOf(api.post('/v1/reels', body, headers));
    const { title, promptText } = body;
    const again = await api.post('/v1/reels', { title, promptText }, headers);
    expect(again.status).toBe(200);
    expect((await reelOf(again)).id).toBe(reel.id);
    const other = await api.post('/v1/reels', { ...body, title: 'Other' }, headers);
    expect(other.status).toBe(422);
    expect((await problemOf(other)).code).toBe('idempotency_key_reused');
  });

  test('it still holds after Temporal has lost the run: the record answers', async () => {
    const headers = { 'idempotency-key': 'lost' };
    const reel = await reelOf(api.post('/v1/reels', body, headers));
    const handle = temporal.client.workflow.getHandle(workflowIdOf(reel.id));
    const { memo } = await handle.describe();
    const { head, state } = memo as { head: ReelHead; state: ReelState };
    await api.storage.writeRecord({ schemaVersion: 1, workflowId: handle.workflowId, head, state });
    await forget(handle.workflowId);
    const again = await api.post('/v1/reels', body, headers);
    expect(again.status).toBe(200);
    expect(await reelOf(again)).toMatchObject({
      id: reel.id,
      status: 'failed',
      failure: { code: 'history_lost' },
    });
  });

  test.each([['x'.repeat(256)], ['ümlaut'], ['']])('%j is refused', async (key) => {
    const answer = await api.post('/v1/reels', body, { 'idempotency-key': key });
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).code).toBe('bad_idempotency_key');
  });
});

describe('a request that is wrong is refused before anything starts', () => {
  const json = { 'content-type': 'application/json' };
  test.each([
    ['no JSON', '{"promptText": ', json, 400, 'malformed_json'],
    ['nothing', '', json, 400, 'malformed_json'],
    ['40,000 brackets', '['.repeat(40_000), json, 400, 'malformed_json'],
    ['40,000 closed brackets', '['.repeat(40_000) + ']'.repeat(40_000), json, 400, 'malformed_json'],
    ['a prototype key', '{"promptText":"x","__proto__":{"audio":"music"}}', json, 400, 'malformed_json'],
    ['a list', '[]', json, 400, 'invalid_request'],
    ['null', 'null', json, 400, 'invalid_request'],
    ['bytes that are no UTF-8', Buffer.from('{"promptText":"\xff"}', 'latin1'), json, 400, 'malformed_json'],
    ['more than 6 MB', JSON.stringify({ promptText: 'x'.repeat(6_300_000) }), json, 413, 'body_too_large'],
    ['a form', 'promptText=x', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['no type', Buffer.from('{}'), {}, 415, 'unsupported_media_type'],
    ['UTF-16', '{}', { 'content-type': 'application/json; charset=utf-16' }, 415, 'unsupported_media_type'],
    ['an unknown encoding', '{}', { ...json, 'content-encoding': 'zip' }, 415, 'unsupported_media_type'],
  ])('%s', async (_what, text, headers, status, code) => {
    const answer = await api.fetch('/v1/reels', { method: 'POST', headers: { ...headers }, body: text });
    expect(answer.status).toBe(status);
    expect(await problemOf(answer)).toMatchObject({ status, code });
  });

  test('all wrong fields are named at once', async () => {
    const answer = await api.post('/v1/reels', {
      promptText: 'x'.repeat(1_001),
      duration: 7,
      ratio: '1:1',
      colour: 'red',
      title: 5,
    });
    expect(answer.status).toBe(400);
    const { issues = [] } = await problemOf(answer);
    expect(issues.map(({ field }) => field).sort()).toEqual([
      'colour',
      'duration',
      'promptText',
      'ratio',
      'title',
    ]);
  });

  test('a body in gzip is read, and its limit counts what is inside', async () => {
    const { gzipSync } = await import('node:zlib');
    const send = (text: string) =>
      api.fetch('/v1/reels', {
        method: 'POST',
        headers: { ...json, 'content-encoding': 'gzip' },
        body: gzipSync(text),
      });
    expect((await send(JSON.stringify(body))).status).toBe(202);
    expect((await send(JSON.stringify({ promptText: ' '.repeat(50_000_000) }))).status).toBe(413);
  });
});

describe('GET /v1/reels/{id}', () => {
  test.each(['x', 'sim-' + 'a'.repeat(26), '..%2f..%2fetc', '%E0%A4%A', "a'b"])(
    'an ID that names nothing is a 404 (%s)',
    async (id) => {
      const answer = await api.fetch(`/v1/reels/${id}`);
      expect([400, 404]).toContain(answer.status);
      await problemOf(answer);
    },
  );

  test('a run that was terminated in Temporal reads failed, and what was under way is uncertain', async () => {
    const reel = await reelOf(api.post('/v1/reels', body));
    await temporal.client.workflow.getHandle(workflowIdOf(reel.id)).terminate('by hand');
    expect(await reelOf(api.fetch(`/v1/reels/${reel.id}`))).toMatchObject({
      status: 'failed',
      phase: 'done',
      finishedAt: expect.any(String),
      failure: { code: 'stopped_by_operator' },
      credits: { uncertain: 0 },
    });
  });
});

describe('GET /v1/reels', () => {
  test('lists a page at a time, and the pages together are all reels', async () => {
    const [first, second, third] = await Promise.all([1, 2, 3].map((n) => model('gen4.5', `page ${n}`)));
    const page = await list('?model=gen4.5&limit=2');
    expect(page.reels).toHaveLength(2);
    // One that comes in meanwhile moves nothing.
    const late = await model('gen4.5', 'late');
    const rest = await list(`?model=gen4.5&limit=2&cursor=${page.nextCursor}`);
    const ids = [...page.reels, ...rest.reels].map((reel) => reel.id).sort();
    expect(ids).toEqual([first, second, third].map((reel) => reel?.id).sort());
    expect(rest.nextCursor).toBeNull();
    expect((await list('?model=gen4.5&limit=1')).reels[0]?.id).toBe(late.id);
    const other = await api.fetch(`/v1/reels?model=veo3.1&limit=2&cursor=${page.nextCursor}`);
    expect((await problemOf(other)).issues?.[0]?.field).toBe('cursor');
  });

  test('finds words of title and prompt, pairs and times, at once', async () => {
    const reel = await model('gen4.5', 'Am Straßenrand 夜の東京タワー', {
      title: 'Winterfest',
      metadata: { 'event kind': 'party', site: '7' },
    });
    const day = reel.createdAt.slice(0, 10);
    for (const query of [
      'q=winter STRASSENRAND',
      'q=京タワ',
      'metadata.event kind=party&metadata.site=7',
      `q=winterfest&createdAfter=${day}&createdBefore=${new Date(Date.now() + 60_000).toISOString()}`,
    ]) {
      expect((await list(`?${encodeURI(query)}`)).reels.map(({ id }) => id)).toEqual([reel.id]);
    }
    for (const none of ['q=interfest', 'metadata.site=8', `q=winterfest&createdBefore=${day}`]) {
      expect((await list(`?${none}`)).reels).toEqual([]);
    }
  });

  test('filters by status count ends that the workflow could not note', async () => {
    const [open, stopped] = await Promise.all([model('veo3.1', 'open'), model('veo3.1', 'stopped')]);
    await temporal.client.workflow.getHandle(workflowIdOf(stopped?.id ?? '')).terminate();
    const listed = (await list('?model=veo3.1')).reels.find(({ id }) => id === stopped?.id);
    expect(listed).toMatchObject({ status: 'failed', failure: { code: 'stopped_by_operator' } });
    await noted('?model=veo3.1&status=failed', 1);
    expect((await list('?model=veo3.1&status=failed')).reels[0]?.id).toBe(stopped?.id);
    expect((await list('?model=veo3.1&failureCode=stopped_by_operator')).reels[0]?.id).toBe(stopped?.id);
    expect((await list('?model=veo3.1&status=queued')).reels[0]?.id).toBe(open?.id);
    for (const none of [
      'status=succeeded',
      'status=cancelled',
      'uncertain=true',
      'runwayTaskId=695f1a48-dd9f',
    ]) {
      expect((await list(`?model=veo3.1&${none}`)).reels).toEqual([]);
    }
  });

  test('a run that was reset is listed once, as it is now', async () => {
    const reel = await model('gen4.5', 'reset', { title: 'Reset me' });
    const handle = temporal.client.workflow.getHandle(workflowIdOf(reel.id));
    await handle.terminate();
    const { head, state } = (await handle.describe()).memo as { head: ReelHead; state: ReelState };
    // Without a worker there is no event to reset to: a second run under the same ID looks the same here.
    await temporal.client.workflow.start('generateReel', {
      workflowId: handle.workflowId,
      taskQueue: 'reels',
      args: [{}],
      memo: { head, state },
      searchAttributes: { ReelClient: ['local'], ReelModel: ['gen4.5'], ReelStatus: ['queued'] },
    });
    const copies = (await list('?model=gen4.5')).reels.filter(({ id }) => id === reel.id);
    expect(copies.map(({ status }) => status)).toEqual(['queued']);
  });

  test('a run that was ended and begun again is open again', async () => {
    const reel = await model('gen4.5', 'again', { title: 'Begun again' });
    const handle = temporal.client.workflow.getHandle(workflowIdOf(reel.id));
    await handle.terminate();
    await noted('?q=begun&status=failed', 1);
    const { head, state } = (await handle.describe()).memo as { head: ReelHead; state: ReelState };
    await temporal.client.workflow.start('generateReel', {
      workflowId: handle.workflowId,
      taskQueue: 'reels',
      args: [{}],
      memo: { head, state },
    });
    await noted('?q=begun&status=queued', 1);
    expect((await list('?q=begun&status=failed')).reels).toEqual([]);
  });

  test.each([
    'status=done',
    'limit=0',
    'limit=101',
    'limit=1&limit=2',
    'cursor=AAAA',
    'cursor=%27',
    `model=x' OR ReelClient = 'other`,
    'color=red',
    'createdAfter=yesterday',
    'metadata.=x',
    'uncertain=false',
  ])('%s is a 400 that names it', async (query) => {
    const answer = await api.fetch(`/v1/reels?${query}`);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).issues?.[0]?.field).toBe(query.split('=')[0]);
  });
});

describe('POST /v1/reels/{id}/cancel', () => {
  test('answers 202 each time, and the run is told', async () => {
    const reel = await reelOf(api.post('/v1/reels', body));
    for (let i = 0; i < 2; i++) {
      const answer = await api.post(`/v1/reels/${reel.id}/cancel`);
      expect(answer.status).toBe(202);
      expect(await reelOf(answer)).toMatchObject({ status: 'queued', waiting: { for: 'The cancellation' } });
    }
    const { raw } = await temporal.client.workflow.getHandle(workflowIdOf(reel.id)).describe();
    expect(raw.workflowExtendedInfo?.cancelRequested).toBe(true);
  });

  test('a reel that has ended answers as it is', async () => {
    const reel = await reelOf(api.post('/v1/reels', body));
    await temporal.client.workflow.getHandle(workflowIdOf(reel.id)).terminate();
    const answer = await api.post(`/v1/reels/${reel.id}/cancel`);
    expect(answer.status).toBe(202);
    expect((await reelOf(answer)).status).toBe('failed');
  });
});

test('/readyz says that no worker is there', async () => {
  const answer = await api.fetch('/readyz');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await problemOf(answer)).toMatchObject({
    code: 'not_ready',
    parts: { temporal: 'up', worker: 'down', waits: 'down', storage: 'up' },
  });
  expect((await api.fetch('/healthz')).status).toBe(200);
});

describe('with keys', () => {
  const digest = (secret: string) => createHash('sha256').update(secret).digest('hex');
  const as = (secret: string) => ({ authorization: `Bearer ${secret}` });
  let keyed: Api;

  beforeAll(async () => {
    const apiKeys = ['alice', 'bob'].map((client) => ({ client, sha256: digest(`${client}-secret-1234`) }));
    keyed = await startApi(temporal.client, { settings: { apiKeys, corsOrigins: [] } });
  });
  afterAll(() => keyed?.close());

  test.each([undefined, 'Bearer', 'Bearer wrong', 'Basic alice-secret-1234'])(
    'Authorization %s is a 401',
    async (authorization) => {
      const answer = await keyed.fetch('/v1/reels', { headers: authorization ? { authorization } : {} });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    },
  );

  test("another client's reel is a 404 everywhere, and its key names another reel", async () => {
    const alice = as('alice-secret-1234');
    const bob = as('bob-secret-1234');
    const key = { 'idempotency-key': 'same' };
    const reel = await reelOf(keyed.post('/v1/reels', body, { ...alice, ...key }));
    const other = await keyed.post('/v1/reels', { ...body, title: 'Bob' }, { ...bob, ...key });
    expect(other.status).toBe(202);
    expect((await reelOf(other)).id).not.toBe(reel.id);

    expect((await keyed.fetch(`/v1/reels/${reel.id}`, { headers: alice })).status).toBe(200);
    const foreign = await keyed.fetch(`/v1/reels/${reel.id}`, { headers: bob });
    const missing = await keyed.fetch(`/v1/reels/sim-${'z'.repeat(26)}`, { headers: bob });
    expect(foreign.status).toBe(404);
    expect(await foreign.text()).toBe(await missing.text());
    expect((await keyed.post(`/v1/reels/${reel.id}/cancel`, undefined, bob)).status).toBe(404);
    expect((await keyed.fetch(`/v1/reels/${reel.id}/video`, { headers: bob })).status).toBe(404);
    expect(keyed.log()).not.toContain('secret');
  });
});

async function model(name: string, promptText: string, more = {}) {
  return reelOf(api.post('/v1/reels', { promptText, model: name, ...more }));
}

async function list(query: string) {
  return (await (await api.fetch(`/v1/reels${query}`)).json()) as {
    reels: Pick<Reel, 'id' | 'status' | 'failure'>[];
    nextCursor: string | null;
  };
}

/** Ends from outside are noted each minute; Temporal lists them a moment after they came. */
async function noted(query: string, count: number): Promise<void> {
  const { storage } = api;
  await eventually(`${count} reels are listed`, async () => {
    await noteEnds(
      { client: temporal.client, storage, settings: { apiKeys: [], corsOrigins: [] } },
      { everyMs: 0 },
    );
    return (await list(query)).reels.length === count;
  });
}

async function forget(workflowId: string): Promise<void> {
  const { workflowService } = temporal.connection;
  await workflowService.deleteWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
  });
  await eventually(`${workflowId} is forgotten`, () =>
    temporal.client.workflow
      .getHandle(workflowId)
      .describe()
      .then(
        () => false,
        () => true,
      ),
  );
}
