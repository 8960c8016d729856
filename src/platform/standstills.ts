/**
 * Files that tell of processes whose event loop stands still. A process notes it from another thread
 * (`event-loop-watch-thread.ts`); the API reads it, since the pollers of such a worker go on asking Temporal for work.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ifPresent } from './files/disk-fault';

/** Written twice a second. An older one is of a process that was killed, or of a machine that was asleep. */
const FRESH_MS = 10_000;
/** A note that nobody will write any more. */
const LEFT_BEHIND_MS = 3_600_000;
const FOLDER = 'standing-still';

export interface Standstill {
  /** `worker` */
  readonly process: string;
  readonly pid: number;
  /** As Temporal's pollers have it. */
  readonly identity: string;
  readonly seconds: number;
}

/** Notes the standstill of this process. Both calls are made in order, and neither rejects: no caller could handle it. */
export interface StandstillNote {
  write(stillMs: number): Promise<void>;
  remove(): Promise<void>;
}

/** After so long a standstill a process is named; it is ended at the limit. */
export function namedAfterMs(limitMs: number): number {
  return limitMs / 3;
}

/** Tells this process from all others, as Temporal's SDK does by default. */
export function processIdentity(): string {
  return `${process.pid}@${hostname()}`;
}

export function createStandstillNote(root: string, name: string): StandstillNote {
  const folder = join(root, FOLDER);
  const identity = processIdentity();
  const file = join(folder, identity);
  // A killed process may have left its own, and a container gives the next one the same identity.
  let last = quietly(async () => {
    await rm(file, { force: true });
    for (const { path, ageMs } of await listNotes(folder)) if (ageMs > LEFT_BEHIND_MS) await rm(path);
  });
  const next = (act: () => Promise<void>): Promise<void> => (last = last.then(() => quietly(act)));
  return {
    write: (stillMs) =>
      next(async () => {
        const seconds = Math.round(stillMs / 1_000);
        const standstill: Standstill = { process: name, pid: process.pid, identity, seconds };
        await mkdir(folder, { recursive: true });
        await writeFile(`${file}.part`, JSON.stringify(standstill));
        await rename(`${file}.part`, file);
      }),
    remove: () => next(() => rm(file, { force: true })),
  };
}

/** Processes that stand still now. Never rejects: storage that cannot be read is reported elsewhere. */
export async function readStandstills(root: string): Promise<readonly Standstill[]> {
  const notes = await listNotes(join(root, FOLDER)).catch(() => []);
  const read = notes
    .filter(({ path, ageMs }) => ageMs <= FRESH_MS && !path.endsWith('.part'))
    .map(({ path }) => readNote(path));
  return (await Promise.all(read)).filter((found) => found !== undefined);
}

async function listNotes(folder: string): Promise<{ path: string; ageMs: number }[]> {
  const names = (await ifPresent(readdir(folder))) ?? [];
  const notes = names.map(async (name) => {
    const path = join(folder, name);
    const found = await ifPresent(stat(path));
    return { path, ageMs: found ? Date.now() - found.mtimeMs : 0 };
  });
  return Promise.all(notes);
}

async function readNote(path: string): Promise<Standstill | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Standstill;
  } catch {
    // It has gone, because its process turns again.
    return undefined;
  }
}

/** The folder may be full, read-only or gone. */
async function quietly(act: () => Promise<void>): Promise<void> {
  await act().catch(() => undefined);
}
