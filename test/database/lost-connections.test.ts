/** Connections that are cut, and servers that are restarted or frozen, in the middle of what must be done once. */
import { type Database, openDatabase } from '../../src/database/database';
import { eventually } from '../../tools/stack/eventually';
import { type Cut, CutProxy } from '../support/cut-proxy';
import { Postgres } from '../support/postgres';

const at = '2026-11-01T00:00:00.000Z';
const key = { reelId: 'a'.repeat(26), generation: 1, number: 1 };
const entry = { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'me' };
const created = { kind: 'created', at, runwayTaskId: 'task' } as const;
const order = { reelId: key.reelId, generation: 1, client: 'local', model: 'm', credits: 80, at };

let postgres: Postgres;
let proxy: CutProxy;
let database: Database;
let direct: Database;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  proxy = await CutProxy.start(postgres.port);
  const place = { url: await postgres.database(), schema: 'reels' };
  direct = await openDatabase(place);
  database = await openDatabase({ ...place, url: proxy.through(place.url) });
});
afterEach(async () => {
  await database.close();
  await direct.close();
  await proxy.close();
});

const cut = (where: RegExp, when: Cut['when'], times = 1) => (proxy.cut = { at: where, when, times });
const INSERT = /insert into "reels"."claims"/;

test('a claim whose answer was lost is known as its own, and nobody else gets it', async () => {
  cut(INSERT, 'after');
  await expect(database.claims.claim(key, entry)).resolves.toBe(true);
  expect(proxy.cut?.times).toBe(0);
  await expect(direct.claims.claim(key, { ...entry, sender: 'other' })).resolves.toBe(false);
  await expect(direct.claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });
});

test('of many who lose their answers, one has each claim', async () => {
  for (let number = 1; number <= 20; number += 1) {
    cut(INSERT, number % 2 ? 'after' : 'before', 2);
    const next = { ...key, number };
    const won = await Promise.all([database, direct, database].map((one) => one.claims.claim(next, entry)));
    expect(won.filter(Boolean)).toHaveLength(1);
  }
});

test('a claim that was cut off before it came is made by the next try', async () => {
  cut(INSERT, 'before');
  await expect(database.claims.claim(key, entry)).resolves.toBe(true);
  expect(proxy.cut?.times).toBe(0);
});

test.each(['before', 'after'] as const)(
  'a claim that is cut off %s each time fails, and is void or absent: nothing was sent',
  async (when) => {
    cut(INSERT, when, 3);
    await expect(database.claims.claim(key, entry)).rejects.toMatchObject({
      name: 'StorageError',
      code: 'disk',
    });
    expect(await direct.claims.read(key)).toEqual({ kind: 'void' });
    await expect(database.claims.claim({ ...key, number: 2 }, entry)).resolves.toBe(true);
  },
);

test('one whose withdrawal is cut off as well stays bare: a question, no payment', async () => {
  cut(INSERT, 'after', 4);
  await expect(database.claims.claim(key, entry)).rejects.toMatchObject({ code: 'disk' });
  // The withdrawal was done, but nobody knows.
  expect(['void', 'claimed']).toContain((await direct.claims.read(key))?.kind);
  await expect(direct.claims.claim(key, entry)).resolves.toBe(false);
});

test('an answer that was written and lost on the way is written once', async () => {
  await database.claims.claim(key, entry);
  cut(/update "reels"."claims"/, 'after');
  await database.claims.answer(key, created);
  expect(proxy.cut?.times).toBe(0);
  await expect(direct.claims.read(key)).resolves.toEqual({ kind: 'claimed', entry, answer: created });
});

test.each(['before', 'after'] as const)(
  'credits whose commit is cut off %s are set aside once',
  async (when) => {
    cut(/commit/, when);
    await expect(database.ledger.reserve(order, { total: 100 })).resolves.toEqual({ ok: true });
    expect(proxy.cut?.times).toBe(0);
    await expect(direct.ledger.list(new Date(0))).resolves.toHaveLength(1);
  },
);

test('a server that is restarted is found again', async () => {
  await database.claims.claim(key, entry);
  await postgres.end('SIGQUIT');
  await expect(database.claims.answer(key, created)).rejects.toMatchObject({
    code: 'disk',
    message: expect.stringContaining('does not answer'),
  });
  await postgres.run();
  await database.claims.answer(key, created);
  await expect(database.claims.read(key)).resolves.toEqual({ kind: 'claimed', entry, answer: created });
});

test('a server that is frozen fails claims in bounded time, keeps none that could be sent under, and is used again', async () => {
  await database.claims.read(key);
  const backends = await postgres.query(
    "select pid from pg_stat_activity where application_name = 'durable-reels'",
  );
  const pids = [postgres.pid, ...backends.map(({ pid }) => Number(pid))];
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 50);
  try {
    await expect(database.claims.claim(key, entry)).rejects.toMatchObject({ code: 'disk' });
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    clearInterval(timer);
  }
  expect(ticks).toBeGreaterThan(10);
  await expect(database.claims.claim({ ...key, number: 2 }, entry)).resolves.toBe(true);
  // What was on its way arrives now, or never: nobody can begin to send under it.
  await eventually(
    'the late insert',
    async () => (await direct.claims.claim(key, entry)) === false || undefined,
  );
});
