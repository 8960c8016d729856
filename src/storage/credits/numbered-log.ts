/**
 * A log that many processes write together: entry n is one file, created whole and exclusively, and never changed.
 *
 * Only someone who has read entries 0 to n-1 creates entry n; of several that try, one wins and the others read on.
 * So a decision that was made on what was read still holds when its entry is there, and no lock exists that a killed
 * process could hold.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { createFile, replaceFile } from '../../platform/files/atomic-file';
import { ifPresent } from '../../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../../platform/files/folders';
import { removeParts } from '../../platform/files/part-files';

/** Entries of a folder: small, so that old ones can be removed a folder at a time. */
const FOLDER_SIZE = 100;

/**
 * Drop it after a day and open it again: it keeps its place by number, and numbers must not be removed (`KEEP_MS`)
 * before it has read them.
 */
export interface NumberedLog {
  /** Entries that were appended since the last call, in order. */
  read(): Promise<LogEntry[]>;
  /**
   * Appends right after what was read. Durable when it returns; the next `read` gives it.
   *
   * @returns false when another entry came first: read, and decide again.
   */
  append(text: string): Promise<boolean>;
  /** Makes sure of what was read: its writer may have died before it was durable. */
  sync(): Promise<void>;
}

const entryShape = z.object({ text: z.string(), writtenAtMs: z.number() });

/** `writtenAtMs`: when its file was written, for an entry that does not say it. */
export type LogEntry = z.infer<typeof entryShape>;

const KEEP_MS = 90 * 86_400_000;

/** @param root the folder of all storage, `folder` is inside it. */
export function openNumberedLog(folder: string, root: string): NumberedLog {
  let next: number | undefined;

  const folderOf = (number: number) => join(folder, String(Math.floor(number / FOLDER_SIZE)));
  const pathOf = (number: number) => join(folderOf(number), String(number));

  async function readOne(number: number): Promise<LogEntry | undefined> {
    const found = await ifPresent(Promise.all([readFile(pathOf(number), 'utf8'), stat(pathOf(number))]));
    return found && { text: found[0], writtenAtMs: found[1].mtimeMs };
  }

  const readMany = (from: number, count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => readOne(from + i)));

  /** A full folder never changes again, so its entries are also kept together: thousands of files take seconds. */
  async function readFull(number: number): Promise<LogEntry[]> {
    const together = join(folder, `${number}.json`);
    const kept = parseEntries(await ifPresent(readFile(together, 'utf8')));
    if (kept) return kept;
    const found = await readMany(number * FOLDER_SIZE, FOLDER_SIZE);
    const entries = found.filter((entry) => entry !== undefined);
    // A full disk must not prevent reading.
    if (entries.length === FOLDER_SIZE)
      await replaceFile(together, JSON.stringify(entries)).catch(() => undefined);
    return entries;
  }

  /** All folders but the last are full; what is missing there is being removed for its age. */
  async function readFullFolders(): Promise<{ entries: LogEntry[]; at: number }> {
    const names = await ifPresent(readdir(folder));
    if (!names) return { entries: [], at: 0 };
    const numbers = names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
    await removeParts(folder);
    // Not the last two: another process may rely on the last one that it has read.
    await removeOld(numbers.slice(0, -2));
    const [first = 0] = numbers;
    const last = numbers.at(-1) ?? 0;
    const entries: LogEntry[] = [];
    // By number, not by name: a list that is read while folders are made may miss one and show the next.
    for (let number = first; number < last; number += 1) entries.push(...(await readFull(number)));
    return { entries, at: last * FOLDER_SIZE };
  }

  async function removeOld(numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      const path = join(folder, String(number));
      const changed = (await ifPresent(stat(path)))?.mtimeMs;
      if (changed === undefined || changed >= Date.now() - KEEP_MS) continue;
      await rm(`${path}.json`, { force: true });
      await rm(path, { recursive: true, force: true });
    }
  }

  return {
    async read() {
      const start = next === undefined ? await readFullFolders() : { entries: [], at: next };
      const { entries } = start;
      let { at } = start;
      for (let count = 1; ; count = Math.min(2 * count, FOLDER_SIZE)) {
        const found = await readMany(at, count);
        const gap = found.indexOf(undefined);
        const inOrder = gap < 0 ? found : found.slice(0, gap);
        entries.push(...inOrder.filter((entry) => entry !== undefined));
        at += inOrder.length;
        if (gap >= 0) break;
      }
      next = at;
      return entries;
    },

    async append(text) {
      const number = next ?? 0;
      const path = pathOf(number);
      await prepareFolder(dirname(path), root);
      // The entry before is durable before this one, also across folders: a power cut leaves no gap.
      if (number > 0 && number % FOLDER_SIZE === 0) await syncFolder(folderOf(number - 1));
      if (!(await createFile(path, text))) return false;
      await syncFolder(dirname(path));
      return true;
    },

    async sync() {
      if (!next) return;
      const last = folderOf(next - 1);
      await prepareFolder(last, root);
      await syncFolder(last);
    },
  };
}

function parseEntries(text: string | undefined): LogEntry[] | undefined {
  try {
    return entryShape
      .array()
      .length(FOLDER_SIZE)
      .safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}
