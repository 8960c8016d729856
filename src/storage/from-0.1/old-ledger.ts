/** The ledger of spending of 0.1.0: a file for each reservation and each settlement, numbered, a hundred in a folder. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode, ifPresent } from '../../platform/files/disk-fault';
import { parseJson } from './parse-json';

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time');
const credits = z.number().nonnegative();
const generation = z.object({ reelId: z.string(), generation: z.number().int().positive(), at: time });
const line = z.discriminatedUnion('kind', [
  generation.extend({
    kind: z.literal('reserved'),
    client: z.string(),
    model: z.string(),
    credits,
    machine: z.object({ id: z.string(), atMs: z.number() }).optional(),
  }),
  generation.extend({ kind: z.literal('settled'), charged: credits, uncertain: credits }),
]);

type Line<Kind> = Extract<z.infer<typeof line>, { kind: Kind }>;

/** What is known of one generation. A later reservation takes the place of an earlier one and of its settlement. */
export interface OldSpending {
  readonly reelId: string;
  readonly generation: number;
  readonly reserved?: Line<'reserved'>;
  readonly settled?: Line<'settled'>;
}

export interface OldLedger {
  readonly items: readonly OldSpending[];
  /** Entries that say nothing: where each is, and when it was written. */
  readonly unreadable: readonly { readonly path: string; readonly writtenAtMs: number }[];
  /** The greatest reservation there is, in credits. */
  readonly greatest: number;
}

interface Entry {
  readonly path: string;
  readonly text: string;
  readonly writtenAtMs: number;
}

/** @param folders ledgers, the oldest first. */
export async function readOldLedger(folders: readonly string[]): Promise<OldLedger> {
  const items = new Map<string, OldSpending>();
  const unreadable: Entry[] = [];
  let greatest = 0;
  for (const folder of folders) {
    for await (const entry of entriesOf(folder)) {
      const { data } = line.safeParse(parseJson(entry.text));
      if (!data) {
        unreadable.push(entry);
        continue;
      }
      const { reelId, generation: number } = data;
      const key = `${reelId} ${number}`;
      const of = { reelId, generation: number };
      if (data.kind === 'settled') items.set(key, { ...of, ...items.get(key), settled: data });
      else {
        items.set(key, { ...of, reserved: data });
        greatest = Math.max(greatest, data.credits);
      }
    }
  }
  return { items: [...items.values()], unreadable, greatest };
}

const togetherShape = z.array(z.object({ text: z.string(), writtenAtMs: z.number() }));

async function* entriesOf(folder: string): AsyncIterable<Entry> {
  for (const number of await numbersIn(folder)) {
    const path = join(folder, String(number));
    // Full folders are also kept together, in one file.
    const kept = await ifPresent(readFile(`${path}.json`, 'utf8'));
    const together = togetherShape.safeParse(parseJson(kept ?? '')).data;
    if (together) {
      for (const [i, entry] of together.entries())
        yield { ...entry, path: join(path, String(number * 100 + i)) };
      continue;
    }
    for (const one of await numbersIn(path)) {
      const file = join(path, String(one));
      const [text, { mtimeMs }] = await Promise.all([readOrNothing(file), stat(file)]);
      yield { path: file, text, writtenAtMs: mtimeMs };
    }
  }
}

async function numbersIn(folder: string): Promise<number[]> {
  const names = (await ifPresent(readdir(folder))) ?? [];
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** A file that the disk does not give any more says nothing; it is there all the same. */
export function readOrNothing(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'EIO', 'EISDIR', 'EUCLEAN', 'EBADMSG')) return '';
    throw error;
  });
}
