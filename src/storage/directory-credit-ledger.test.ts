import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { createDirectoryStorage } from './directory-storage';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ledger = () => createDirectoryStorage({ root }).ledger;
const at = (hour: number) => new Date(Date.UTC(2026, 10, 23) + hour * 3_600_000).toISOString();
const entry = (
  reelId: string,
  credits: number,
  more: { at?: string; client?: string; generation?: number } = {},
) => ({
  reelId,
  generation: 1,
  client: 'local',
  model: 'veo3.1_fast',
  at: at(0),
  credits,
  ...more,
});

test('a reservation beyond the limit is refused, with what is committed and when it would fit', async () => {
  const book = ledger();
  expect(await book.reserve(entry('a', 80), { total: 200 })).toEqual({ ok: true });
  expect(await book.reserve(entry('b', 80, { at: at(1) }), { total: 200 })).toEqual({ ok: true });
  expect(await book.reserve(entry('c', 80, { at: at(2) }), { total: 200 })).toEqual({
    ok: false,
    limit: 200,
    committed: 160,
    freeAt: at(24),
  });
  expect(await book.reserve(entry('d', 300), { total: 200 })).toEqual({
    ok: false,
    limit: 200,
    committed: 160,
  });
  expect(await book.reserve(entry('c', 80, { at: at(24.01) }), { total: 200 })).toEqual({ ok: true });
});

test('the same generation is set aside once, however often it is asked for', async () => {
  const book = ledger();
  for (let i = 0; i < 3; i += 1)
    expect(await book.reserve(entry('a', 80), { total: 100 })).toEqual({ ok: true });
  expect(await book.list(new Date(0))).toHaveLength(1);
});

test('what a generation did not cost is free again, also for another process', async () => {
  const book = ledger();
  const other = ledger();
  await book.reserve(entry('a', 80), { total: 100 });
  expect((await other.reserve(entry('b', 80), { total: 100 })).ok).toBe(false);
  await book.settle('a', 1, { charged: 0, uncertain: 0, at: at(1) });
  expect((await other.reserve(entry('b', 80), { total: 100 })).ok).toBe(true);
  await other.settle('b', 1, { charged: 10, uncertain: 60, at: at(1) });
  await other.settle('b', 1, { charged: 70, uncertain: 0, at: at(2) });
  expect((await book.list(new Date(0))).map(({ reelId, settled }) => [reelId, settled?.charged])).toEqual([
    ['a', 0],
    ['b', 70],
  ]);
});

test('a client has a limit of its own beside the one over all', async () => {
  const book = ledger();
  const limits = { total: 1_000, client: 100 };
  expect((await book.reserve(entry('a', 80, { client: 'x' }), limits)).ok).toBe(true);
  expect((await book.reserve(entry('b', 80, { client: 'x' }), limits)).ok).toBe(false);
  expect((await book.reserve(entry('c', 80, { client: 'y' }), limits)).ok).toBe(true);
});

test('entries that nobody asks for any more are removed after 90 days, and numbers are never given twice', async () => {
  const book = ledger();
  const old = new Date(Date.now() - 91 * 86_400_000).toISOString();
  await book.reserve(entry('a', 1, { at: old }), {});
  await book.reserve(entry('b', 1, { at: old }), {});
  await book.reserve(entry('c', 1, { at: new Date().toISOString() }), {});
  expect((await ledger().list(new Date(0))).map(({ reelId }) => reelId)).toEqual(['c']);
  await ledger().reserve(entry('d', 1, { at: new Date().toISOString() }), {});
  expect((await ledger().list(new Date(0))).map(({ reelId }) => reelId)).toEqual(['c', 'd']);
});

test('whatever is asked for in whatever order, the limit holds in every window of 24 hours', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ hours: fc.nat(20), credits: fc.nat(60), cost: fc.option(fc.nat(60)) }), {
        maxLength: 12,
      }),
      async (asked) => {
        const folder = mkdtempSync(join(root, 'run-'));
        const book = createDirectoryStorage({ root: folder }).ledger;
        let hour = 0;
        const spent: { hour: number; credits: number }[] = [];
        for (const [i, { hours, credits, cost }] of asked.entries()) {
          hour += hours;
          const { ok } = await book.reserve(entry(`r${i}`, credits, { at: at(hour) }), { total: 100 });
          const inWindow = spent
            .filter((one) => one.hour > hour - 24)
            .reduce((sum, one) => sum + one.credits, 0);
          expect(ok).toBe(inWindow + credits <= 100);
          if (!ok) continue;
          const real = cost === null ? credits : Math.min(cost, credits);
          if (cost !== null) await book.settle(`r${i}`, 1, { charged: real, uncertain: 0, at: at(hour) });
          spent.push({ hour, credits: real });
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('several processes that race for the last credits never spend more than there are, and leave none', async () => {
  const script = `
    const { createDirectoryStorage } = require(${JSON.stringify(resolve(__dirname, 'directory-storage.ts'))});
    const { ledger } = createDirectoryStorage({ root: process.argv[2] });
    const order = async (i) => ledger.reserve({ reelId: process.pid + '-' + i, generation: 1, client: 'local',
      model: 'm', credits: 10, at: new Date().toISOString() }, { total: 250 });
    Promise.all([...Array(20).keys()].map(order)).then((all) => process.send(all.filter((one) => one.ok).length));
  `;
  const file = join(root, 'race.js');
  writeFileSync(file, script);
  const hook = resolve(__dirname, '../../test/support/typescript.js');
  const books = join(root, 'books');
  const children = [1, 2, 3].map(() => fork(file, [books], { execArgv: ['--require', hook] }));
  const ended = Promise.all(children.map((child) => once(child, 'exit')));
  const won = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0] as number));
  await ended;
  expect(won.reduce((sum, count) => sum + count, 0)).toBe(25);
});
