import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReelStatus } from '../contract/reel';
import type { ReelRequest } from '../contract/schemas/request';
import { makeHead, queuedState, type ReelHead, type ReelState, workflowIdOf } from '../domain/reel';
import { type Database, openDatabase } from './database';
import type { ReelQuery } from './reel-lists';

let root: string;
let database: Database;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reel-lists-'));
  database = await openDatabase({ file: join(root, 'reels.db') });
});
afterEach(async () => {
  await database.close();
  await rm(root, { recursive: true });
});

const idOf = (letter: string) => letter.repeat(26);
const timeOf = (second: number) =>
  new Date(Date.parse('2026-01-01T00:00:00Z') + second * 1_000).toISOString();

function headOf(
  letter: string,
  second: number,
  request: Partial<ReelRequest> = {},
  client = 'local',
): ReelHead {
  return makeHead({
    id: idOf(letter),
    client,
    bodyHash: letter,
    createdAt: timeOf(second),
    backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' },
    request: {
      promptText: 'A boat',
      model: 'veo3.1_fast',
      ratio: '720:1280',
      duration: 8,
      audio: 'none',
      fallbacks: [],
      ...request,
    } as ReelRequest,
    estimatedCredits: 80,
  });
}

const order = (head: ReelHead) =>
  database.placeOrder(
    head,
    { reelId: head.id, generation: 1, client: head.client, model: 'm', credits: 80, at: head.createdAt },
    {},
  );

const record = (head: ReelHead, state: Partial<ReelState> = {}) =>
  database.writeRecord({
    schemaVersion: 1,
    workflowId: workflowIdOf(head.id),
    head,
    state: { ...queuedState(head), ...state },
  });

const failed = (code: string) =>
  ({ status: 'failed', failure: { code } }) as unknown as Pick<ReelState, 'status' | 'failure'>;

async function listed(query: Partial<ReelQuery> = {}): Promise<string> {
  const rows = await database.listReels({ client: 'local', limit: 100, ...query });
  return rows.map(({ id }) => id[0]).join('');
}

const claim = (letter: string) => {
  const key = { reelId: idOf(letter), generation: 1, number: 1 };
  const at = timeOf(0);
  return database.claims
    .claim(key, { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'test' })
    .then(() => key);
};

test('an order is listed from the moment on in which it is placed, newest first', async () => {
  await order(headOf('a', 1));
  await order(headOf('b', 3));
  await record(headOf('c', 2));
  await database.keepOrder(headOf('d', 4));
  expect(await listed()).toBe('dbca');
  const [first] = await database.listReels({ client: 'local', limit: 1 });
  expect(first).toMatchObject({ isOpen: true, kept: { order: { bodyHash: 'd' } } });
});

test("a client's list has no reel of another, also where a run says that it is one's own", async () => {
  await order(headOf('a', 1, {}, 'alice'));
  await order(headOf('b', 2, {}, 'bob'));
  expect(await listed({ client: 'alice' })).toBe('a');
  await record(headOf('a', 1, {}, 'alice'));
  await database.keepOrder(headOf('a', 1, {}, 'bob'));
  expect([await listed({ client: 'alice' }), await listed({ client: 'bob' })]).toEqual(['a', 'b']);
});

test('pages neither skip nor repeat while reels come in, also those of one moment', async () => {
  for (const letter of 'abcdef') await order(headOf(letter, letter < 'd' ? 1 : 2));
  let pages = '';
  let after: ReelQuery['after'];
  for (let page = 0; page < 3; page += 1) {
    const rows = await database.listReels({ client: 'local', limit: 2, ...(after && { after }) });
    pages += rows.map(({ id }) => id[0]).join('');
    after = rows.at(-1);
    await order(headOf('xyz'[page] ?? '', 10 + page));
  }
  expect(pages).toBe('fedcba');
});

test('an end is noted with the record, and a run that was ended from outside by whoever saw it', async () => {
  for (const letter of 'abc') await order(headOf(letter, 1));
  await database.takePollTurn({ reelId: idOf('c'), generation: 1, spacingMs: 1_000 });
  await record(headOf('a', 1), failed('moderation'));
  await database.noteSeen(idOf('b'), { status: 'failed', failureCode: 'stopped_by_operator', uncertain: 80 });
  expect(await listed({ status: 'failed' })).toBe('ba');
  expect(await listed({ failureCode: 'moderation' })).toBe('a');
  expect(await listed({ failureCode: 'stopped_by_operator' })).toBe('b');
  expect(await listed({ uncertain: true })).toBe('cb');
  expect(await listed({ status: 'in_progress' })).toBe('c');
  expect(await database.countOpenReels('local')).toBe(1);
  // It was begun again.
  await database.noteSeen(idOf('b'), { status: 'in_progress', uncertain: 0 });
  // Nothing polls it: it may have ended once more.
  expect(await listed({ status: 'failed' })).toBe('ba');
  await database.takePollTurn({ reelId: idOf('b'), generation: 1, spacingMs: 1_000 });
  expect(await listed({ status: 'failed' })).toBe('a');
  expect(await database.countOpenReels('local')).toBe(2);
});

test('what was never started is not listed, and is again when it is ordered again', async () => {
  await order(headOf('a', 1));
  await order(headOf('b', 1));
  await record(headOf('b', 1));
  for (const letter of 'ab') await database.noteSeen(idOf(letter), undefined);
  expect(await listed()).toBe('b');
  await order(headOf('a', 1));
  expect(await listed()).toBe('ba');
  await database.dropOrder(idOf('a'));
  expect(await listed()).toBe('b');
});

test('only what may have a status is looked at', async () => {
  for (const letter of 'abcd') await record(headOf(letter, 1));
  const at = timeOf(1);
  await claim('b');
  await database.claims.answer(await claim('c'), { kind: 'created', at, runwayTaskId: 'task-c' });
  await database.claims.answer(await claim('d'), { kind: 'created', at, runwayTaskId: 'task-d' });
  await database.takePollTurn({ reelId: idOf('d'), generation: 1, spacingMs: 1_000 });
  const open = async (status: ReelStatus) => listed({ status });
  expect([await open('queued'), await open('in_progress'), await open('needs_decision')]).toEqual([
    'a',
    'dcba',
    'cb',
  ]);
  expect(await listed({ runwayTaskId: 'task-c' })).toBe('c');
  await database.claims.takeTask('taken', { reelId: idOf('a'), generation: 1 });
  expect(await listed({ runwayTaskId: 'taken' })).toBe('a');
});

test('words, times, models and pairs narrow it, together', async () => {
  await order(headOf('a', 1, { title: 'Straßenfest', metadata: { event: 'party', place: "x' OR 1=1" } }));
  await order(headOf('b', 2, { promptText: '夜の東京タワー', metadata: { event: 'party' } }));
  await record(headOf('c', 3, { model: 'gen4.5', metadata: { event: 'walk' } }));
  expect(await listed({ text: 'STRASSEN boat' })).toBe('a');
  expect(await listed({ text: '京タワ' })).toBe('b');
  expect(await listed({ text: 'boat' })).toBe('ca');
  expect(await listed({ text: '100% _' })).toBe('');
  expect(await listed({ model: 'gen4.5' })).toBe('c');
  expect(await listed({ metadata: [['event', 'party']] })).toBe('ba');
  expect(
    await listed({
      metadata: [
        ['event', 'party'],
        ['place', "x' OR 1=1"],
      ],
    }),
  ).toBe('a');
  expect(await listed({ metadata: [['event', 'walk']] })).toBe('c');
  expect(await listed({ fromMs: Date.parse(timeOf(2)) })).toBe('cb');
  expect(await listed({ toMs: Date.parse(timeOf(2)) - 1 })).toBe('a');
});

test('nothing is left of an erased reel', async () => {
  const head = headOf('a', 1, { title: 'Secret', metadata: { event: 'party' } });
  await order(head);
  await record(head, failed('moderation'));
  await database.writeTombstone({
    schemaVersion: 1,
    id: head.id,
    client: 'local',
    bodyHash: 'a',
    deletedAt: timeOf(9),
  });
  expect(await listed()).toBe('');
  await database.eraseNotes(head.id);
  await database.eraseRecord(head.id);
  for (const query of [{}, { text: 'secret' }, { metadata: [['event', 'party']] as const }]) {
    expect(await listed(query)).toBe('');
  }
  await record(head);
  expect(await listed()).toBe('');
});

test('a record that cannot be read hides no other reel', async () => {
  const head = headOf('a', 1);
  await database.writeRecord({ schemaVersion: 1, workflowId: 7 as never, head, state: queuedState(head) });
  await record(headOf('b', 2));
  const rows = await database.listReels({ client: 'local', limit: 9 });
  expect(rows.map(({ kept }) => kept?.record?.head.id)).toEqual([idOf('b'), undefined]);
});

test.each([
  undefined,
  { promptText: 7, title: { a: 1 }, model: ['x'], date: true, metadata: 'x' },
  { promptText: 'a\0b', model: 'x\0', metadata: { 'a\0': 'b\0', c: 4, d: null } },
])('the end of a run that was refused is noted, whatever its request is (%j)', async (request) => {
  const head = { ...headOf('a', 1), createdAt: 'once', request: request as never };
  await record(head, failed('invalid_request'));
  expect(await listed({ failureCode: 'invalid_request' })).toBe('a');
});

test('reels are found by what their runs have come to', async () => {
  for (const letter of 'ab') await order(headOf(letter, 1));
  const runs = ['a', 'b', 'x'].map((letter) => ({
    workflowId: `reel-${idOf(letter)}`,
    isOpen: letter === 'a',
  }));
  expect(await database.findChanged(runs)).toEqual([idOf('b')]);
  expect(await database.findChanged([])).toEqual([]);
  expect(await database.listOpen('', 1)).toEqual([idOf('a')]);
  expect(await database.listOpen(idOf('a'), 9)).toEqual([idOf('b')]);
});

test('of many who ask for a turn one gets it, and none again before its time', async () => {
  const take = (nowMs: number) => database.takeTurn('task', { nowMs, everyMs: 60_000 });
  const turns = await Promise.all([1, 2, 3, 4].map(() => take(1_000_000)));
  expect(turns.filter(Boolean)).toEqual([{}]);
  await database.keepTurn('task', 'far');
  expect(await take(1_059_999)).toBeUndefined();
  expect(await take(1_060_000)).toEqual({ note: 'far' });
  // Noted by a clock that is ahead: from now on it counts from now.
  expect(await take(9_000_000_000)).toEqual({ note: 'far' });
  expect(await take(1_200_000)).toBeUndefined();
  expect(await take(1_260_000)).toEqual({ note: 'far' });
});
