/** What the database holds, whichever it is: every promise of the storage that is about facts. Defines the tests. */
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ClaimAnswer, ClaimEntry } from '../../src/database/claims';
import type { CreditLedger } from '../../src/database/credits';
import { openSql } from '../../src/database/open-sql';
import type { Sql } from '../../src/database/sql';
import type { ReelRecord } from '../../src/domain/reel';
import type { Tombstone } from '../../src/domain/tombstone';
import { type MachineStart, readMachineStart } from '../../src/platform/machine-start';
import { databasePlace, openStorage, type Storage, type StorageOptions } from '../../src/storage/storage';
import { checkStructure } from './video-check';

const FIXTURES = join(__dirname, '../../src/storage/fixtures');
const [reelId, earlierId, otherId] = ['a'.repeat(26), 'b'.repeat(26), 'c'.repeat(26)] as const;

/** @param url an empty database of the test's own; undefined: a file in the folder of the storage. */
export function testStorage(url: () => Promise<string | undefined>): void {
  let root: string;
  let options: StorageOptions;
  let storage: Storage;
  let record: ReelRecord;
  const opened: Pick<Storage, 'close'>[] = [];

  /** As another process of the same storage. */
  async function another(machineStart?: () => MachineStart): Promise<Storage> {
    const one = await openStorage({ ...options, ...(machineStart && { machineStart }) });
    opened.push(one);
    return one;
  }
  async function tables(): Promise<Sql['db']> {
    const one = await openSql(databasePlace(options));
    opened.push(one);
    return one.db;
  }

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'storage-contract-'));
    const databaseUrl = await url();
    options = { root, check: checkStructure, ...(databaseUrl !== undefined && { databaseUrl }) };
    storage = await another();
    record = JSON.parse(await readFile(join(FIXTURES, 'reel.json'), 'utf8')) as ReelRecord;
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    await rm(root, { recursive: true });
  });

  const at = '2026-11-01T00:00:00.000Z';
  const key = { reelId, generation: 1, number: 1 };
  const entryOf = (sender: string): ClaimEntry => ({
    claimedAt: at,
    sendBefore: at,
    answerBefore: at,
    sender,
  });
  const entry = entryOf('me');

  describe('one row is one claim', () => {
    const created: ClaimAnswer = {
      kind: 'created',
      at,
      runwayTaskId: 'task-1',
      estimatedCredits: 80,
      requestId: 'req-1',
    };
    const refused: ClaimAnswer = { kind: 'refused', at, failure: { code: 'rate_limited' } };
    const unknown: ClaimAnswer = { kind: 'unknown', at, failure: { code: 'submit_outcome_unknown' } };

    test('a claim is bare until its answer is there', async () => {
      const { claims } = storage;
      await expect(claims.read(key)).resolves.toBeUndefined();
      await expect(claims.claim(key, entry)).resolves.toBe(true);
      await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });
      await claims.answer(key, created);
      await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry, answer: created });
      await expect(claims.list(reelId)).resolves.toEqual([key]);
    });

    test('a claim cannot be voided, a void cannot be claimed', async () => {
      const { claims } = storage;
      await claims.claim(key, entry);
      await expect(claims.voidClaim(key)).resolves.toBe(false);
      await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });
      const second = { ...key, number: 2 };
      await expect(claims.voidClaim(second)).resolves.toBe(true);
      await expect(claims.claim(second, entry)).resolves.toBe(false);
      await expect(claims.read(second)).resolves.toEqual({ kind: 'void' });
    });

    test('of 50 who claim or void at once, one wins, and all read what the winner wrote', async () => {
      const owners = await Promise.all([...Array(4)].map(() => another()));
      const outcomes = await Promise.all(
        [...Array(50).keys()].map(async (n) => {
          const { claims } = owners[n % owners.length] as Storage;
          const won = n % 5 === 0 ? await claims.voidClaim(key) : await claims.claim(key, entryOf(`${n}`));
          return { n, won, seen: await claims.read(key) };
        }),
      );
      const winners = outcomes.filter(({ won }) => won);
      expect(winners).toHaveLength(1);
      const n = winners[0]?.n ?? 0;
      const truth = n % 5 === 0 ? { kind: 'void' } : { kind: 'claimed', entry: entryOf(`${n}`) };
      for (const { seen } of outcomes) expect(seen).toEqual(truth);
    });

    test('whoever looks while a claim is made sees nothing or all of it', async () => {
      for (let number = 1; number <= 20; number += 1) {
        const next = { ...key, number };
        const claiming = storage.claims.claim(next, entry);
        const seen = await Promise.all([...Array(20)].map(() => storage.claims.read(next)));
        await claiming;
        for (const state of seen) expect([undefined, { kind: 'claimed', entry }]).toContainEqual(state);
      }
    });

    test('an answer without a claim is an error and creates none', async () => {
      await expect(storage.claims.answer(key, created)).rejects.toMatchObject({ code: 'disk' });
      await expect(storage.claims.read(key)).resolves.toBeUndefined();
    });

    test('the counters before a submit are kept with the claim, and left out when they cannot be read', async () => {
      const before = { creditBalance: 920, dailyGenerations: 3 };
      await storage.claims.claim(key, { ...entry, before });
      await storage.claims.answer(key, unknown);
      await expect(storage.claims.read(key)).resolves.toEqual({
        kind: 'claimed',
        entry: { ...entry, before },
        answer: unknown,
      });
      const db = await tables();
      const unreadable = JSON.stringify({ ...entry, before: { creditBalance: 'many' } });
      await db.updateTable('claims').set({ entry: unreadable }).execute();
      await expect(storage.claims.read(key)).resolves.toMatchObject({ kind: 'claimed', entry });
    });

    test('a task ID counts, whatever is written before or after it', async () => {
      await storage.claims.claim(key, entry);
      for (const answer of [unknown, created, refused, { ...created, runwayTaskId: 'task-2' }])
        await storage.claims.answer(key, answer);
      await expect(storage.claims.read(key)).resolves.toMatchObject({ answer: created });
    });

    test('a task ID counts also in a claim that its maker could not keep: it would be paid for again', async () => {
      await storage.claims.voidClaim(key);
      await storage.claims.answer(key, refused);
      await expect(storage.claims.read(key)).resolves.toEqual({ kind: 'void' });
      await storage.claims.answer(key, created);
      await expect(storage.claims.read(key)).resolves.toMatchObject({ kind: 'claimed', answer: created });
    });

    test.each(['no JSON', JSON.stringify({ ...created, requestId: { of: 'another form' } })])(
      'a task ID counts whatever stands beside it: %s',
      async (answer) => {
        await storage.claims.claim(key, entry);
        await storage.claims.answer(key, created);
        await (await tables()).updateTable('claims').set({ answer }).execute();
        await expect(storage.claims.read(key)).resolves.toMatchObject({ answer: { runwayTaskId: 'task-1' } });
      },
    );

    test('else the latest counts', async () => {
      await storage.claims.claim(key, entry);
      await storage.claims.answer(key, unknown);
      await storage.claims.answer(key, refused);
      await expect(storage.claims.read(key)).resolves.toMatchObject({ answer: refused });
    });

    test('a failure without content is an answer all the same', async () => {
      await storage.claims.claim(key, entry);
      await storage.claims.answer(key, { kind: 'refused', at, failure: undefined });
      await expect(storage.claims.read(key)).resolves.toMatchObject({ answer: { kind: 'refused' } });
    });

    test.each([null, '', '{', '{"claimedAt":"x"}'])(
      'a claim that says no more than %j is a bare one of an unknown sender',
      async (text) => {
        await storage.claims.claim(key, entry);
        await (await tables()).updateTable('claims').set({ entry: text }).execute();
        await expect(storage.claims.read(key)).resolves.toEqual({
          kind: 'claimed',
          entry: expect.objectContaining({ sender: expect.stringContaining('unknown') }),
        });
        await expect(storage.claims.claim(key, entry)).resolves.toBe(false);
        await expect(storage.claims.voidClaim(key)).resolves.toBe(false);
      },
    );

    test('of several who adopt one task, all are told the same one, until it is given back', async () => {
      const owners = await Promise.all([...Array(3)].map(() => another()));
      const told = await Promise.all(
        [...Array(12).keys()].map((n) =>
          (owners[n % 3] as Storage).claims.takeTask('task-1', { reelId, generation: n + 1 }),
        ),
      );
      for (const owner of told) expect(owner).toEqual(told[0]);
      await storage.claims.releaseTask('task-1');
      await expect(storage.claims.takeTask('task-1', { reelId: otherId, generation: 9 })).resolves.toEqual({
        reelId: otherId,
        generation: 9,
      });
    });
  });

  describe('credits', () => {
    const hour = (count: number) =>
      new Date(Date.UTC(2026, 10, 23) + Math.round(count * 3_600_000)).toISOString();
    const order = (id: string, credits: number, more: { at?: string; client?: string } = {}) => ({
      reelId: id,
      generation: 1,
      client: 'local',
      model: 'veo3.1_fast',
      at: hour(0),
      credits,
      ...more,
    });
    let ledger: CreditLedger;
    beforeEach(() => ({ ledger } = storage));

    test('a reservation beyond the limit is refused, with what is committed and when it would fit', async () => {
      expect(await ledger.reserve(order('a', 80), { total: 200 })).toEqual({ ok: true });
      expect(await ledger.reserve(order('b', 80, { at: hour(1) }), { total: 200 })).toEqual({ ok: true });
      const full = { ok: false, of: 'all', limit: 200, committed: 160 };
      expect(await ledger.reserve(order('c', 80, { at: hour(2) }), { total: 200 })).toEqual({
        ...full,
        freeAt: hour(24),
      });
      expect(await ledger.reserve(order('d', 300), { total: 200 })).toEqual(full);
      expect(await ledger.reserve(order('c', 80, { at: hour(24.01) }), { total: 200 })).toEqual({ ok: true });
    });

    describe('a clock that is set', () => {
      const limits = { total: 100 };
      const start = (aheadBy = 0, id = 'first') => ({ id, atMs: Date.parse(hour(0)) + aheadBy * 3_600_000 });
      const started = async (machine: MachineStart) => (await another(() => machine)).ledger;

      test.each([25, -25, 24 * 400])('by %d hours frees nothing, and set back neither', async (by) => {
        const first = await started(start());
        expect(await first.reserve(order('a', 80), limits)).toEqual({ ok: true });
        for (let times = 1; times <= 3; times += 1) {
          const book = await started(start(times * by));
          const now = hour(1 + times * by);
          expect(await book.reserve(order('b', 80, { at: now }), limits)).toMatchObject({
            ok: false,
            committed: 80,
            freeAt: hour(24 + times * by),
          });
          expect(await book.committed(new Date(now))).toBe(80);
        }
        const back = await first.reserve(order('c', 80, { at: hour(1) }), limits);
        expect(back).toMatchObject({ ok: false, freeAt: hour(24) });
        const late = await started(start(by));
        expect(await late.reserve(order('d', 80, { at: hour(24.1 + by) }), limits)).toEqual({ ok: true });
        expect(await first.reserve(order('e', 80, { at: hour(24.2) }), limits)).toMatchObject({
          freeAt: hour(48.1),
        });
      });

      test('while the machine was off, or on another one, is believed: there is nothing else', async () => {
        await (await started(start())).reserve(order('a', 80), limits);
        const off = await started(start(25, 'second'));
        expect(await off.reserve(order('b', 80, { at: hour(2) }), limits)).toMatchObject({ ok: false });
        expect(await off.reserve(order('b', 80, { at: hour(25) }), limits)).toEqual({ ok: true });
      });

      test('by a little, as clocks are set right, moves nothing', async () => {
        await (await started(start())).reserve(order('a', 80), limits);
        const full = await (await started(start(0.01))).reserve(order('b', 80, { at: hour(23) }), limits);
        expect(full).toMatchObject({ ok: false, freeAt: hour(24) });
      });

      test('is told from when the machine was started, as its clock has it', () => {
        const first = readMachineStart();
        expect(first?.id).toMatch(/^[0-9a-f-]{36}$/);
        const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 90_000_000);
        expect((readMachineStart()?.atMs ?? NaN) - (first?.atMs ?? NaN)).toBeGreaterThan(80_000_000);
        clock.mockRestore();
      });
    });

    test('the same generation is set aside once, however often it is asked for', async () => {
      const all = await Promise.all([...Array(5)].map(() => ledger.reserve(order('a', 80), { total: 100 })));
      for (const one of all) expect(one).toEqual({ ok: true });
      expect(await ledger.list(new Date(0))).toHaveLength(1);
    });

    test('what a generation did not cost is free again, also for another process: the last word wins', async () => {
      const { ledger: other } = await another();
      await ledger.reserve(order('a', 80), { total: 100 });
      expect((await other.reserve(order('b', 80), { total: 100 })).ok).toBe(false);
      await ledger.settle('a', 1, { charged: 0, uncertain: 80, at: hour(1) });
      expect((await other.reserve(order('b', 80), { total: 100 })).ok).toBe(false);
      await ledger.settle('a', 1, { charged: 0, uncertain: 0, at: hour(1) });
      expect((await other.reserve(order('b', 80), { total: 100 })).ok).toBe(true);
      await other.settle('b', 1, { charged: 10, uncertain: 60, at: hour(1) });
      await other.settle('b', 1, { charged: 120, uncertain: 0, at: hour(2) });
      expect((await ledger.list(new Date(0))).map((one) => [one.reelId, one.settled?.charged])).toEqual([
        ['a', 0],
        ['b', 120],
      ]);
      expect(await ledger.reserve(order('c', 10), { total: 100 })).toMatchObject({ committed: 120 });
    });

    test('a client has a limit of its own beside the one over all', async () => {
      const limits = { total: 200, client: 100 };
      expect((await ledger.reserve(order('a', 80, { client: 'x' }), limits)).ok).toBe(true);
      expect(await ledger.reserve(order('b', 80, { client: 'x' }), limits)).toMatchObject({ of: 'client' });
      expect((await ledger.reserve(order('c', 80, { client: 'y' }), limits)).ok).toBe(true);
      const full = await ledger.reserve(order('d', 80, { client: 'z' }), limits);
      expect(full).toMatchObject({ ok: false, of: 'all', committed: 160 });
    });

    test('what is told to be committed is what a reservation finds, at its edge and for each client', async () => {
      await ledger.reserve(order('a', 80, { client: 'x' }), {});
      await ledger.reserve(order('b', 80, { client: 'x', at: hour(3) }), {});
      await ledger.reserve(order('c', 36, { client: 'y', at: hour(5) }), {});
      await ledger.settle('b', 1, { charged: 40, uncertain: 30, at: hour(4) });
      for (const [time, committed, ofX] of [
        [2, 186, 150],
        [23.999, 186, 150],
        [24, 106, 70],
        [29, 0, 0],
      ] as const) {
        const now = new Date(hour(time));
        expect([await ledger.committed(now), await ledger.committed(now, 'x')]).toEqual([committed, ofX]);
        const full = await ledger.reserve(order('d', 1_000, { at: hour(time) }), { total: 999 });
        expect(full).toMatchObject({ committed });
      }
    });

    test('a generation that was released and is asked for again needs room again', async () => {
      await ledger.reserve(order('a', 80), { total: 100 });
      await ledger.settle('a', 1, { charged: 0, uncertain: 0, at: hour(0) });
      await ledger.reserve(order('b', 80), { total: 100 });
      expect((await ledger.reserve(order('a', 80), { total: 100 })).ok).toBe(false);
      await ledger.settle('b', 1, { charged: 0, uncertain: 0, at: hour(0) });
      expect((await ledger.reserve(order('a', 80), { total: 100 })).ok).toBe(true);
      expect((await ledger.reserve(order('c', 80), { total: 100 })).ok).toBe(false);
    });

    test('a generation that is submitted long after its first try counts from then on', async () => {
      await ledger.reserve(order('a', 80), { total: 100 });
      expect((await ledger.reserve(order('a', 80, { at: hour(20) }), { total: 100 })).ok).toBe(true);
      const full = await ledger.reserve(order('b', 80, { at: hour(25) }), { total: 100 });
      expect(full).toMatchObject({ ok: false, freeAt: hour(44) });
      expect(await ledger.list(new Date(0))).toMatchObject([{ reelId: 'a', at: hour(20) }]);
    });

    test('a settlement without a reservation is kept until one comes', async () => {
      await ledger.settle('a', 1, { charged: 80, uncertain: 0, at: hour(0) });
      expect(await ledger.list(new Date(0))).toEqual([]);
      expect(await ledger.reserve(order('a', 40), { total: 100 })).toEqual({ ok: true });
      expect(await ledger.list(new Date(0))).toMatchObject([{ reserved: 80 }]);
    });

    test.each([NaN, -1, Infinity])('%p credits are refused as a mistake', async (credits) => {
      await expect(ledger.reserve(order('a', credits), {})).rejects.toThrow();
      await expect(ledger.settle('a', 1, { charged: credits, uncertain: 0, at: hour(0) })).rejects.toThrow();
      expect(await ledger.list(new Date(0))).toEqual([]);
    });

    test('whatever is asked for in whatever order, the limit holds in every window of 24 hours', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ hours: fc.nat(20), credits: fc.nat(60), cost: fc.option(fc.nat(60)) }), {
            maxLength: 12,
          }),
          async (asked) => {
            run += 1;
            // Years apart: one database for all.
            let time = run * 10_000;
            const spent: { time: number; credits: number }[] = [];
            for (const [i, { hours, credits, cost }] of asked.entries()) {
              time += hours;
              const id = `r${run}-${i}`;
              const { ok } = await ledger.reserve(order(id, credits, { at: hour(time) }), { total: 100 });
              const inWindow = spent
                .filter((one) => one.time > time - 24)
                .reduce((sum, one) => sum + one.credits, 0);
              expect(ok).toBe(inWindow + credits <= 100);
              if (!ok) continue;
              const real = cost === null ? credits : Math.min(cost, credits);
              if (cost !== null) await ledger.settle(id, 1, { charged: real, uncertain: 0, at: hour(time) });
              spent.push({ time, credits: real });
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    test('an order stands with its credits or not at all, and of two under one key the first one stands', async () => {
      const { head } = record;
      const reservation = (credits: number) => ({ ...order(reelId, credits), generation: 1 });
      const refused = await storage.placeOrder(head, reservation(80), { total: 50 });
      expect(refused).toMatchObject({ ok: false, limit: 50 });
      await expect(storage.readOrder(reelId)).resolves.toBeUndefined();
      const others = await Promise.all([...Array(4)].map(() => another()));
      const placed = await Promise.all(
        others.map((one, n) =>
          one.placeOrder({ ...head, bodyHash: `body ${n}` }, reservation(80 + n), { total: 100 }),
        ),
      );
      const stands = await storage.readOrder(reelId);
      for (const one of placed) expect(one).toEqual({ ok: true, order: stands });
      const first = Number(stands?.bodyHash.split(' ')[1]);
      await expect(ledger.find(reelId, 1)).resolves.toMatchObject({ reserved: 80 + first });
    });
  });

  describe('the turns of polls', () => {
    const turn = { reelId, generation: 1, spacingMs: 60_000 };
    /** @param ms how long ago the last poll was. */
    async function afterPoll(ms: number) {
      const row = { reel_id: reelId, generation: 1, at_ms: Date.now() - ms };
      await (await tables()).insertInto('polls').values(row).execute();
    }

    test('whoever comes too soon is told how long to wait', async () => {
      await afterPoll(20_000);
      const wait = await storage.takePollTurn(turn);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(40_000);
    });

    test('after the spacing the turn is taken, by one', async () => {
      await afterPoll(60_000);
      const others = await Promise.all([...Array(3)].map(() => another()));
      const waits = await Promise.all([...others, ...others].map((one) => one.takePollTurn(turn)));
      expect(waits.filter((wait) => wait === 0)).toHaveLength(1);
      await storage.forgetPolls(reelId, 1);
      expect(await storage.takePollTurn(turn)).toBe(0);
    });

    test('a clock that was set back by an hour holds a poll up by one spacing, not by an hour', async () => {
      await afterPoll(-3_600_000);
      expect(await storage.takePollTurn(turn)).toBe(turn.spacingMs);
      expect(await storage.takePollTurn(turn)).toBeLessThanOrEqual(turn.spacingMs);
    });

    test('a turn that another one took while this one waited for the database stays where it is', async () => {
      const now = Date.now();
      await afterPoll(0);
      // This one came a second before.
      const clock = jest.spyOn(Date, 'now').mockReturnValueOnce(now - 1_000);
      const waitMs = await storage.takePollTurn(turn);
      clock.mockRestore();
      expect(waitMs).toBeLessThanOrEqual(turn.spacingMs);
      const row = await (await tables()).selectFrom('polls').select('at_ms').executeTakeFirst();
      expect(row?.at_ms).toBeGreaterThanOrEqual(now);
    });
  });

  describe('sessions', () => {
    const day = (count: number) => new Date(Date.UTC(2026, 10, count));
    const id = (letter: string) => letter.repeat(64);

    test('one that was ended is ended for every process, until it would have ended by itself', async () => {
      const other = await another();
      const end = { id: id('a'), expiresAt: day(10), now: day(1) };
      await Promise.all([storage.endSession(end), other.endSession(end)]);
      expect(await other.isSessionEnded(id('a'))).toBe(true);
      expect(await other.isSessionEnded(id('b'))).toBe(false);
      await storage.endSession({ id: id('c'), expiresAt: day(30), now: day(11) });
      expect(await storage.isSessionEnded(id('a'))).toBe(false);
    });

    test('all who ask for the signing key get the same, and so does a later process', async () => {
      const others = await Promise.all([...Array(3)].map(() => another()));
      const keys = await Promise.all(others.map((one) => one.signingKey()));
      for (const one of keys) expect(one).toEqual(await storage.signingKey());
      expect(keys[0]).toHaveLength(32);
      expect(new Set(others.map(({ databaseId }) => databaseId))).toEqual(new Set([storage.databaseId]));
    });

    test('a key of another length is refused', async () => {
      await (
        await tables()
      )
        .updateTable('meta')
        .set({ value: 'short' })
        .where('key', '=', 'signing_key')
        .execute();
      await expect(storage.signingKey()).rejects.toMatchObject({ code: 'bad_record' });
    });
  });

  describe('records', () => {
    test.each([
      ['text', 'no JSON'],
      ['another version', JSON.stringify({ schemaVersion: 2 })],
    ])('%s is no record', async (_name, text) => {
      await storage.writeRecord(record);
      await (await tables()).updateTable('reels').set({ record: text }).execute();
      await expect(storage.readRecord(reelId)).rejects.toMatchObject({ code: 'bad_record' });
    });

    test("another reel's record is not this one's", async () => {
      await storage.writeRecord(record);
      const text = JSON.stringify({ ...record, head: { ...record.head, id: otherId } });
      await (await tables()).updateTable('reels').set({ record: text }).execute();
      await expect(storage.readRecord(reelId)).rejects.toMatchObject({ code: 'bad_record' });
    });

    test('what is written last is read, and whatever text it holds comes back', async () => {
      const title = 'NUL \0, half \ud83d, quotes \'" and ß 動画';
      const odd = {
        ...record,
        head: { ...record.head, request: { ...record.head.request, title } },
      };
      await storage.writeRecord(record);
      await storage.writeRecord(odd);
      await expect((await another()).readRecord(reelId)).resolves.toEqual(odd);
    });
  });

  describe('a reel that is erased', () => {
    const tombstone: Tombstone = {
      schemaVersion: 1,
      id: reelId,
      client: 'site',
      bodyHash: 'h',
      deletedAt: at,
    };
    const video = () => createReadStream(join(FIXTURES, 'vertical-audio.mp4'));
    let image: string;

    beforeEach(async () => {
      image = await storage.saveImage(Buffer.from('an image'), 'image/png', reelId);
      const { head } = record;
      record = {
        ...record,
        head: { ...head, remakeOf: earlierId, request: { ...head.request, promptImage: image } },
      };
      await storage.writeRecord(record);
      await storage.linkRemake(earlierId, reelId);
      await storage.linkRemake(reelId, otherId);
      await storage.claims.claim(key, entry);
      await storage.claims.answer(key, { kind: 'created', at, runwayTaskId: 'task' });
      await storage.storeVideo({ reelId, generation: 1, source: video() });
      await storage.writeTombstone(tombstone);
    });

    async function expectErased(): Promise<void> {
      expect(await storage.openVideo(reelId, 1)).toBeUndefined();
      expect(await storage.readRecord(reelId)).toBeUndefined();
      expect(await storage.readOrder(reelId)).toBeUndefined();
      expect(await readdir(join(root, 'inputs'))).toEqual([]);
      expect(await storage.readRemakes(earlierId)).toEqual([]);
      expect(await storage.readTombstone(reelId)).toEqual(tombstone);
      expect(await storage.claims.read(key)).toMatchObject({ answer: { runwayTaskId: 'task' } });
      const ids: string[] = [];
      for await (const id of storage.reelIds()) ids.push(id);
      expect(ids).toContain(reelId);
    }

    test('leaves claims and tombstone, also a second time', async () => {
      await storage.eraseReel(reelId);
      await expectErased();
      await storage.eraseReel(reelId);
      await expectErased();
    });

    test('is not brought back by a run that comes late', async () => {
      await storage.eraseReel(reelId);
      await storage.storeVideo({ reelId, generation: 1, source: video() });
      await storage.takePollTurn({ reelId, generation: 1, spacingMs: 1_000 });
      await storage.writeRecord(record);
      await storage.keepOrder(record.head);
      await storage.linkRemake(reelId, otherId);
      await expectErased();
      expect(await storage.readRemakes(reelId)).toEqual([]);
    });

    test('keeps an image that another reel uses', async () => {
      await storage.useImage(image, otherId);
      await storage.eraseReel(reelId);
      await expect(storage.readImage(image)).resolves.toMatchObject({ contentType: 'image/png' });
      await storage.releaseImage(image, otherId);
      await expect(storage.readImage(image)).rejects.toMatchObject({ code: 'not_found' });
    });

    test('an image that is asked for while it is being removed is there afterwards', async () => {
      for (let round = 0; round < 20; round += 1) {
        const bytes = Buffer.from(`image ${round}`);
        const reference = await storage.saveImage(bytes, 'image/png', earlierId);
        await Promise.all([
          storage.releaseImage(reference, earlierId),
          storage.saveImage(bytes, 'image/png', otherId),
        ]);
        await expect(storage.readImage(reference)).resolves.toMatchObject({ bytes });
      }
    });

    test('goes also where its record cannot be read', async () => {
      await (await tables()).updateTable('reels').set({ record: 'damaged' }).execute();
      await storage.eraseReel(reelId);
      expect(await storage.readRecord(reelId)).toBeUndefined();
      expect(await storage.openVideo(reelId, 1)).toBeUndefined();
    });

    test('keeps its first tombstone, and one that cannot be read is not taken for none', async () => {
      await storage.writeTombstone({ ...tombstone, client: 'other' });
      expect(await storage.readTombstone(reelId)).toEqual(tombstone);
      await (await tables()).updateTable('reels').set({ tombstone: 'damaged' }).execute();
      await expect(storage.readTombstone(reelId)).rejects.toMatchObject({ code: 'bad_record' });
      expect(await storage.readTombstone(otherId)).toBeUndefined();
    });
  });
}
