/**
 * The ledger of spending as numbered files. Entry n+1 is created exclusively, by someone who has read entries 1 to n
 * and found room after them; of several that try, one wins and the others read again. So no two processes ever spend
 * the same room, and no lock can be left behind by one that was killed.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createFile, replaceFile } from './atomic-file';
import type { CreditLedger, LedgerEntry } from './credit-ledger';
import { ifPresent, onDisk } from './disk-fault';
import { prepareFolder, syncFolder } from './folders';
import type { Paths } from './paths';

const WINDOW_MS = 86_400_000;
const KEEP_MS = 90 * WINDOW_MS;
const NAME = /^(\d{9})\.json$/;

const credits = z.number().int().nonnegative();
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)));
const entryShape = z.object({
  at: time,
  reelId: z.string(),
  generation: z.number(),
  client: z.string(),
  model: z.string(),
  reserved: credits,
});
const settledShape = z.object({
  at: time,
  charged: z.number().nonnegative(),
  uncertain: z.number().nonnegative(),
});

type Entry = Omit<LedgerEntry, 'settled'>;
type Settled = NonNullable<LedgerEntry['settled']>;

export function createDirectoryCreditLedger(paths: Paths): CreditLedger {
  const folder = paths.ledger;
  const file = (number: number, kind: 'json' | 'settled.json') => join(folder, nameOf(number, kind));
  /** Entries never change, so they are read once. `undefined`: a file that says nothing. */
  const entries = new Map<number, Entry | undefined>();
  /** What ended generations cost. Read again while it may change: until a generation has ended. */
  const settlements = new Map<number, Settled>();
  let last = 0;
  let prepared: Promise<void> | undefined;

  const prepare = () =>
    (prepared ??= prepareFolder(folder, paths.root).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    }));

  async function refresh(): Promise<void> {
    const names = (await ifPresent(readdir(folder))) ?? [];
    const present = new Set(names);
    const numbers = names.flatMap((name) => Number(NAME.exec(name)?.[1] ?? [])).sort((a, b) => a - b);
    for (const number of entries.keys()) if (!present.has(nameOf(number))) entries.delete(number);
    await inBatches(
      numbers.filter((number) => !entries.has(number)),
      async (number) => void entries.set(number, await readShape(file(number, 'json'), entryShape)),
    );
    last = Math.max(last, ...numbers.slice(-1));
    await inBatches(
      numbers.filter((number) => !settlements.has(number) && present.has(nameOf(number, 'settled.json'))),
      async (number) => {
        const settled = await readShape(file(number, 'settled.json'), settledShape);
        if (settled) settlements.set(number, settled);
      },
    );
    await prune(numbers);
  }

  /** The newest entry stays, so that its number is never given twice. */
  async function prune(numbers: readonly number[]): Promise<void> {
    const before = Date.now() - KEEP_MS;
    for (const number of numbers.slice(0, -1)) {
      const entry = entries.get(number);
      if (!entry || Date.parse(entry.at) >= before) break;
      entries.delete(number);
      settlements.delete(number);
      await rm(file(number, 'settled.json'), { force: true });
      await rm(file(number, 'json'), { force: true });
    }
  }

  const find = (reelId: string, generation: number) =>
    [...entries].find(([, entry]) => entry?.reelId === reelId && entry.generation === generation)?.[0];

  /** What counts against a limit now, oldest first. */
  function committed(now: number, client?: string) {
    return [...entries]
      .flatMap(([number, entry]) => {
        if (!entry || Date.parse(entry.at) <= now - WINDOW_MS) return [];
        if (client !== undefined && entry.client !== client) return [];
        const settled = settlements.get(number);
        return {
          at: Date.parse(entry.at),
          credits: settled ? settled.charged + settled.uncertain : entry.reserved,
        };
      })
      .sort((a, b) => a.at - b.at);
  }

  function refusal(limit: number | undefined, wanted: number, now: number, client?: string) {
    if (limit === undefined) return undefined;
    const counted = committed(now, client);
    const sum = counted.reduce((total, one) => total + one.credits, 0);
    if (sum + wanted <= limit) return undefined;
    const refused = { ok: false, limit, committed: sum } as const;
    let left = sum;
    for (const one of counted) {
      left -= one.credits;
      if (left + wanted <= limit) return { ...refused, freeAt: new Date(one.at + WINDOW_MS).toISOString() };
    }
    return refused;
  }

  // One at a time in this process: fifty at once would only make each other read again.
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    reserve: ({ credits: wanted, ...entry }, limits) =>
      inTurn(() =>
        onDisk('set credits aside', async () => {
          await prepare();
          for (;;) {
            await refresh();
            if (find(entry.reelId, entry.generation) !== undefined) return { ok: true };
            const now = Date.parse(entry.at);
            const refused =
              refusal(limits.total, wanted, now) ?? refusal(limits.client, wanted, now, entry.client);
            if (refused) return refused;
            const text = `${JSON.stringify({ ...entry, reserved: wanted })}\n`;
            if (await createFile(file(last + 1, 'json'), text)) {
              await syncFolder(folder);
              return { ok: true };
            }
          }
        }),
      ),

    settle: (reelId, generation, { charged, uncertain, at }) =>
      inTurn(() =>
        onDisk('note what a generation cost', async () => {
          await prepare();
          await refresh();
          const number = find(reelId, generation);
          if (number === undefined) return;
          const settled = { at, charged, uncertain };
          const known = settlements.get(number);
          if (known?.charged === charged && known.uncertain === uncertain) return;
          await replaceFile(file(number, 'settled.json'), `${JSON.stringify(settled)}\n`);
          settlements.set(number, settled);
        }),
      ),

    list: (since) =>
      inTurn(() =>
        onDisk('read the ledger', async () => {
          // What ended may have been settled anew by another process.
          settlements.clear();
          await refresh();
          return [...entries]
            .flatMap(([number, entry]) => {
              if (!entry || Date.parse(entry.at) < since.getTime()) return [];
              const settled = settlements.get(number);
              return { ...entry, ...(settled ? { settled } : {}) };
            })
            .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
        }),
      ),
  };
}

function nameOf(number: number, kind: 'json' | 'settled.json' = 'json'): string {
  return `${String(number).padStart(9, '0')}.${kind}`;
}

/** Files appear whole; one that says nothing comes from a damaged disk, and its credits are not known to anyone. */
async function readShape<T>(path: string, shape: z.ZodType<T>): Promise<T | undefined> {
  const text = await ifPresent(readFile(path, 'utf8'));
  try {
    return shape.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** A first read of thousands of files must not open them all at once. */
async function inBatches(numbers: readonly number[], work: (number: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < numbers.length; i += 100) await Promise.all(numbers.slice(i, i + 100).map(work));
}
