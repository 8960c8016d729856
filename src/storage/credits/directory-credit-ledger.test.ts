import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { parseLedgerLine } from './credit-ledger-line';
import { createDirectoryCreditLedger } from './directory-credit-ledger';
import { createDirectoryStorage } from '../directory-storage';
import { type MachineStart, readMachineStart } from '../../platform/machine-start';
import { openNumberedLog } from './numbered-log';
import { createPaths } from '../paths';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ledger = (start?: MachineStart) =>
  start
    ? createDirectoryCreditLedger(createPaths(root), () => start)
    : createDirectoryStorage({ root }).ledger;
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
    of: 'all',
    limit: 200,
    committed: 160,
    freeAt: at(24),
  });
  expect(await book.reserve(entry('d', 300), { total: 200 })).toEqual({
    ok: false,
    of: 'all',
    limit: 200,
    committed: 160,
  });
  expect(await book.reserve(entry('c', 80, { at: at(24.01) }), { total: 200 })).toEqual({ ok: true });
});

describe('a clock that is set', () => {
  const limits = { total: 100 };
  const start = (clockIsAheadBy = 0, id = 'first') => ({
    id,
    atMs: Date.parse(at(0)) + clockIsAheadBy * 3_600_000,
  });

  test.each([25, -25, 24 * 400])('by %d hours frees nothing, and set back neither', async (by) => {
    expect(await ledger(start()).reserve(entry('a', 80), limits)).toEqual({ ok: true });
    for (let times = 1; times <= 3; times++) {
      const book = ledger(start(times * by));
      const now = at(1 + times * by);
      expect(await book.reserve(entry('b', 80, { at: now }), limits)).toMatchObject({
        ok: false,
        committed: 80,
        freeAt: at(24 + times * by),
      });
      expect(await book.committed(new Date(now))).toBe(80);
    }
    const back = await ledger(start()).reserve(entry('c', 80, { at: at(1) }), limits);
    expect(back).toMatchObject({ ok: false, freeAt: at(24) });
    // A day has passed, whatever the clock says.
    const late = await ledger(start(by)).reserve(entry('d', 80, { at: at(24.1 + by) }), limits);
    expect(late).toEqual({ ok: true });
    expect(await ledger(start()).reserve(entry('e', 80, { at: at(24.2) }), limits)).toMatchObject({
      freeAt: at(48.1),
    });
  });

  test('while the machine was off, or on another one, is believed: there is nothing else', async () => {
    await ledger(start()).reserve(entry('a', 80), limits);
    const off = ledger(start(25, 'second'));
    expect(await off.reserve(entry('b', 80, { at: at(2) }), limits)).toMatchObject({ ok: false });
    expect(await off.reserve(entry('b', 80, { at: at(25) }), limits)).toEqual({ ok: true });
  });

  test('by a little, as clocks are set right, moves nothing', async () => {
    await ledger(start()).reserve(entry('a', 80), limits);
    const full = await ledger(start(0.01)).reserve(entry('b', 80, { at: at(23) }), limits);
    expect(full).toMatchObject({ ok: false, freeAt: at(24) });
  });

  test('is told from when the machine was started, as its clock has it', () => {
    const first = readMachineStart();
    expect(first?.id).toMatch(/^[0-9a-f-]{36}$/);
    const later = readMachineStart();
    expect(later?.id).toBe(first?.id);
    expect(Math.abs((later?.atMs ?? NaN) - (first?.atMs ?? NaN))).toBeLessThan(60_000);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 90_000_000);
    expect((readMachineStart()?.atMs ?? NaN) - (first?.atMs ?? NaN)).toBeGreaterThan(80_000_000);
    clock.mockRestore();
  });
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

test('what all clients spend counts against the limit on all, also where each keeps its own', async () => {
  const book = ledger();
  const limits = { total: 200, client: 100 };
  expect((await book.reserve(entry('a', 80, { client: 'x' }), limits)).ok).toBe(true);
  expect((await book.reserve(entry('b', 80, { client: 'y' }), limits)).ok).toBe(true);
  expect(await book.reserve(entry('c', 80, { client: 'z' }), limits)).toMatchObject({
    ok: false,
    of: 'all',
    committed: 160,
  });
});

test('what is told to be committed is what a reservation finds, at its edge and for each client', async () => {
  const book = ledger();
  await book.reserve(entry('a', 80, { client: 'x' }), {});
  await book.reserve(entry('b', 80, { client: 'x', at: at(3) }), {});
  await book.reserve(entry('c', 36, { client: 'y', at: at(5) }), {});
  await book.settle('b', 1, { charged: 40, uncertain: 30, at: at(4) });
  for (const [hour, committed, ofX] of [
    [2, 186, 150],
    [23.999, 186, 150],
    [24, 106, 70],
    [29, 0, 0],
  ] as const) {
    const now = new Date(at(hour));
    expect([await book.committed(now), await book.committed(now, 'x')]).toEqual([committed, ofX]);
    expect(await book.reserve(entry('d', 1_000, { at: at(hour) }), { total: 999 })).toMatchObject({
      committed,
    });
  }
});

test('what another process notes later counts at once: the last word wins', async () => {
  const [book, other] = [ledger(), ledger()];
  await book.reserve(entry('a', 80), { total: 100 });
  await book.settle('a', 1, { charged: 0, uncertain: 80, at: at(1) });
  expect((await book.reserve(entry('b', 80), { total: 100 })).ok).toBe(false);
  await other.settle('a', 1, { charged: 0, uncertain: 0, at: at(2) });
  expect((await book.reserve(entry('b', 80), { total: 100 })).ok).toBe(true);
  await other.settle('b', 1, { charged: 120, uncertain: 0, at: at(2) });
  expect(await book.reserve(entry('c', 10), { total: 100 })).toMatchObject({ committed: 120 });
});

test('a generation that was released and is asked for again needs room again', async () => {
  const book = ledger();
  await book.reserve(entry('a', 80), { total: 100 });
  await book.settle('a', 1, { charged: 0, uncertain: 0, at: at(0) });
  await book.reserve(entry('b', 80), { total: 100 });
  expect((await book.reserve(entry('a', 80), { total: 100 })).ok).toBe(false);
  await book.settle('b', 1, { charged: 0, uncertain: 0, at: at(0) });
  expect((await book.reserve(entry('a', 80), { total: 100 })).ok).toBe(true);
  expect((await book.reserve(entry('c', 80), { total: 100 })).ok).toBe(false);
});

test('a generation that is submitted long after its first try counts from then on', async () => {
  const book = ledger();
  await book.reserve(entry('a', 80), { total: 100 });
  expect((await book.reserve(entry('a', 80, { at: at(20) }), { total: 100 })).ok).toBe(true);
  expect(await book.reserve(entry('b', 80, { at: at(25) }), { total: 100 })).toMatchObject({
    ok: false,
    freeAt: at(44),
  });
  expect(await book.list(new Date(0))).toMatchObject([{ reelId: 'a', at: at(20) }]);
});

test('a settlement without a reservation is kept until one comes', async () => {
  const book = ledger();
  await book.settle('a', 1, { charged: 80, uncertain: 0, at: at(0) });
  expect(await book.list(new Date(0))).toEqual([]);
  expect(await book.reserve(entry('a', 40), { total: 100 })).toEqual({ ok: true });
  expect(await book.list(new Date(0))).toMatchObject([{ reserved: 80 }]);
});

test('an entry that cannot be read counts as much as the greatest reservation, until 24 hours after it was written', async () => {
  const book = ledger();
  const now = (hours = 0) => new Date(Date.now() + hours * 3_600_000).toISOString();
  await book.reserve(entry('a', 60, { at: now() }), {});
  await book.reserve(entry('b', 10, { at: now() }), {});
  writeFileSync(join(root, 'ledger', '0', '1'), '\0\0\0');
  const fresh = ledger();
  expect(await fresh.committed(new Date())).toBe(120);
  expect(await fresh.reserve(entry('c', 10, { at: now() }), { total: 125 })).toMatchObject({
    committed: 120,
  });
  expect((await fresh.reserve(entry('c', 10, { at: now(25) }), { total: 125 })).ok).toBe(true);
  expect(await fresh.list(new Date(0))).toHaveLength(2);
});

test.each([NaN, -1, Infinity])(
  '%p credits are refused as a mistake, not compared with a limit',
  async (credits) => {
    const book = ledger();
    await expect(book.reserve(entry('a', credits), {})).rejects.toThrow();
    await expect(book.settle('a', 1, { charged: credits, uncertain: 0, at: at(0) })).rejects.toThrow();
    expect(await book.list(new Date(0))).toEqual([]);
  },
);

test('a process that runs for months drops what is too old', async () => {
  const book = ledger();
  const old = Date.now() / 1_000 - 91 * 86_400;
  for (const name of ['0', '1', '2']) mkdirSync(join(root, 'ledger', name), { recursive: true });
  const line = JSON.stringify({
    kind: 'reserved',
    ...entry('a', 1, { at: new Date(old * 1_000).toISOString() }),
  });
  writeFileSync(join(root, 'ledger', '0', '0'), line);
  expect(await book.list(new Date(0))).toHaveLength(1);
  utimesSync(join(root, 'ledger', '0'), old, old);
  expect(await book.list(new Date(0))).toHaveLength(1);
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * 3_600_000);
  expect(await book.list(new Date(0))).toEqual([]);
  jest.restoreAllMocks();
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

/** Runs `body` in several processes: `ask(i)` sets 10 of 250 credits aside. @returns what each sent. */
async function race(processes: number, body: string): Promise<number[]> {
  const script = `
    const { createDirectoryStorage } = require(${JSON.stringify(resolve(__dirname, '../directory-storage.ts'))});
    const book = createDirectoryStorage({ root: process.argv[2] }).ledger;
    const at = new Date().toISOString();
    const ask = (i) => book.reserve({ reelId: process.pid + '-' + i, generation: 1, client: 'local',
      model: 'm', credits: 10, at }, { total: 250 });
    ${body}
  `;
  const file = join(root, 'race.js');
  writeFileSync(file, script);
  const hook = resolve(__dirname, '../../../tools/typescript.js');
  const children = [...Array(processes)].map(() =>
    fork(file, [join(root, 'books')], { execArgv: ['--require', hook] }),
  );
  return Promise.all(
    children.map(async (child) => {
      const exit = once(child, 'exit');
      let sent = NaN;
      child.once('message', (message) => (sent = Number(message)));
      expect((await exit)[0]).toBe(0);
      return sent;
    }),
  );
}

test('several processes that race for the last credits never spend more than there are, and leave none', async () => {
  const won = await race(
    3,
    `Promise.all([...Array(20).keys()].map(ask)).then((all) => process.send(all.filter((one) => one.ok).length));`,
  );
  expect(won.reduce((sum, count) => sum + count, 0)).toBe(25);
});

test('also while others give back what they did not need: no entry ever passed the limit, and no room is left', async () => {
  await race(
    3,
    `(async () => {
      let i = 0;
      for (; (await ask(i)).ok; i += 1)
        await book.settle(process.pid + '-' + i, 1, { charged: 7, uncertain: 0, at });
      process.send(i);
    })();`,
  );
  const cost = new Map<string, number>();
  let committed = 0;
  for (const { text } of await openNumberedLog(join(root, 'books', 'ledger'), root).read()) {
    const line = parseLedgerLine(text);
    if (!line) throw new Error(`unreadable: ${text}`);
    cost.set(line.reelId, line.kind === 'reserved' ? line.credits : line.charged);
    committed = [...cost.values()].reduce((sum, one) => sum + one, 0);
    expect(committed).toBeLessThanOrEqual(250);
  }
  expect(committed).toBeGreaterThan(240);
});
