/**
 * The files of 0.1.0 in the folder of a storage: found, moved into the database once, and kept aside. Where 0.1.0 had its ledger
 * a file stands afterwards, so that no process of 0.1.0 pays for anything here: it sets credits aside before each POST.
 *
 * ```
 * <root>/ledger                               the file: `moving <id>` from before the first line is read, then `moved`
 *        kept-from-0.1/<id>/                  what was moved, laid out as it was
 * ```
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, opendir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Database } from '../../database/database';
import { DatabaseError } from '../../database/open-sql';
import { createFile, replaceFile } from '../../platform/files/atomic-file';
import { ifPresent, onDisk } from '../../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../../platform/files/folders';
import { moveInto } from './move';

const KEPT = 'kept-from-0.1';
/** The ID of a move that has begun. */
const BEGUN = 'moving-from-0.1';
/** What 0.1.0 had in the folder beside its reels and its ledger. */
const OLD_NAMES = ['adopted-tasks', 'image-uses', 'ended-sessions', 'signing.key'] as const;

/**
 * A folder whose database is gone is not begun anew in silence: the claims that stood in it were the fence around what was paid.
 *
 * @param file the database in this folder; undefined where it is elsewhere.
 * @throws DatabaseError
 */
export function requireDatabase(root: string, file: string | undefined): void {
  if (file === undefined || existsSync(file) || stateOf(root)?.kind !== 'moved') return;
  throw new DatabaseError(
    `The database ${file} is missing, and what was paid stands in it. Put it back, or a backup, or set DATABASE_URL if it is elsewhere (docs/runbook.md). ` +
      `To begin with nothing, remove ${join(root, 'ledger')}.`,
  );
}

/** Moves what there is of 0.1.0, or goes on with a move that was cut short. @throws DatabaseError, StorageError */
export async function takeOverOldFiles(
  root: string,
  database: Database,
  say: (line: string) => void,
): Promise<void> {
  const state = stateOf(root);
  if (state?.kind === 'moved') return requireNoOldNames(root);
  await onDisk(`take over the files of 0.1.0 in ${root}`, async () => {
    await prepareFolder(root, root);
    if (state === undefined && !(await hasOldFiles(root))) return void (await note(root, MOVED));
    const id = await fence(root);
    // Another process has just done it.
    if (id === undefined) return;
    const kept = join(root, KEPT, id);
    const ledgers = await ledgersIn(kept);
    say(`Moving the reels of 0.1.0 in ${root} into the database …`);
    const moved = await moveInto(database, { id, root, ledgers }).catch(async (error: unknown) => {
      if (error instanceof DatabaseError) await unfence(root, ledgers);
      throw error;
    });
    await keepAside(root, kept);
    await replaceFile(join(root, 'ledger'), MOVED);
    for (const line of moved?.notes ?? []) say(line);
    const reels = moved
      ? `${moved.reels} reels of 0.1.0 are in the database`
      : 'The reels of 0.1.0 are in the database';
    say(`${reels}. What they were kept in is in ${kept}, and is not needed any more.`);
  });
}

/** Removes what is kept of a reel in the files of 0.1.0. */
export async function eraseKept(root: string, reelId: string): Promise<void> {
  for (const id of (await ifPresent(readdir(join(root, KEPT)))) ?? []) {
    const folder = join(root, KEPT, id, 'reels', reelId);
    await rm(folder, { recursive: true, force: true });
    await ifPresent(syncFolder(dirname(folder)));
  }
}

const MOVED =
  'moved\nSince 0.2.0 orders, claims and spending are in the database. This file stands where 0.1.0 had its ledger, so that a process\n' +
  'of 0.1.0 that is started here by mistake pays for nothing.\n';

type State = { readonly kind: 'moved' } | { readonly kind: 'moving'; readonly id: string };

/** @returns undefined before a move, also where the ledger of 0.1.0 itself stands. */
function stateOf(root: string): State | undefined {
  const path = join(root, 'ledger');
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  const [, id] = /^moving ([\w-]+)\n/.exec(readFileSync(path, 'utf8')) ?? [];
  return id === undefined ? { kind: 'moved' } : { kind: 'moving', id };
}

/** @throws DatabaseError where a process of 0.1.0 has been at work since. */
function requireNoOldNames(root: string): void {
  const found = OLD_NAMES.filter((name) => existsSync(join(root, name)));
  if (found.length === 0) return;
  throw new DatabaseError(
    `${root} holds files of 0.1.0 (${found.join(', ')}) beside a database that was made since. End the processes of 0.1.0, and take these files out of the folder.`,
  );
}

async function hasOldFiles(root: string): Promise<boolean> {
  if (['ledger', ...OLD_NAMES].some((name) => existsSync(join(root, name)))) return true;
  for await (const { name } of (await ifPresent(opendir(join(root, 'reels')))) ?? []) {
    if ((await oldNamesOf(join(root, 'reels', name))).length > 0) return true;
  }
  return false;
}

/** What lies in the folder of a reel beside its videos and parts of them. */
async function oldNamesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !/^generation-\d+\.mp4/.test(name));
}

/**
 * Takes the ledger away from processes of 0.1.0, before anything is read.
 *
 * @returns the ID of the move, the same for all that begin at once; undefined where another process has ended it meanwhile.
 */
async function fence(root: string): Promise<string | undefined> {
  const ledger = join(root, 'ledger');
  for (;;) {
    const state = stateOf(root);
    if (state?.kind === 'moving') return state.id;
    if (state?.kind === 'moved') {
      await rm(join(root, BEGUN), { force: true });
      return undefined;
    }
    // Noted first: a ledger that is aside is found again by the one who comes next.
    const begun = join(root, BEGUN);
    await createFile(begun, newId());
    await syncFolder(root);
    const id = readFileSync(begun, 'utf8');
    const kept = join(root, KEPT, id);
    await prepareFolder(kept, root);
    if (statSync(ledger, { throwIfNoEntry: false })?.isDirectory()) {
      const aside = join(kept, `ledger-${(await ledgersIn(kept)).length + 1}`);
      await ifPresent(rename(ledger, aside));
      // Another process may have put the file there in between.
      if (statSync(aside, { throwIfNoEntry: false })?.isFile()) await rename(aside, ledger);
      await syncFolder(kept);
    }
    // A process of 0.1.0 may have made a new one meanwhile: then once more.
    await createFile(ledger, `moving ${id}\n`);
    await syncFolder(root);
  }
}

function newId(): string {
  const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return `${time}-${randomBytes(4).toString('hex')}`;
}

/** A move that is refused leaves the folder to 0.1.0 as it was. */
async function unfence(root: string, ledgers: readonly string[]): Promise<void> {
  await rm(join(root, 'ledger'), { force: true });
  const last = ledgers.at(-1);
  if (last !== undefined) await rename(last, join(root, 'ledger'));
  await rm(join(root, BEGUN), { force: true });
}

async function ledgersIn(kept: string): Promise<string[]> {
  const names = (await ifPresent(readdir(kept))) ?? [];
  return names
    .filter((name) => /^ledger-\d+$/.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => join(kept, name));
}

/** Videos and images stay where they are. */
async function keepAside(root: string, kept: string): Promise<void> {
  for (const name of OLD_NAMES) await putAside(join(root, name), join(kept, name));
  for await (const { name } of (await ifPresent(opendir(join(root, 'reels')))) ?? []) {
    const folder = join(root, 'reels', name);
    for (const old of await oldNamesOf(folder))
      await putAside(join(folder, old), join(kept, 'reels', name, old));
  }
  await syncFolder(root);
  await rm(join(root, BEGUN), { force: true });
}

async function putAside(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  let free = to;
  // A process of 0.1.0 has written it anew.
  for (let number = 2; existsSync(free); number += 1) free = `${to}.${number}`;
  // Another process may do the same.
  await ifPresent(rename(from, free));
}

async function note(root: string, text: string): Promise<void> {
  await createFile(join(root, 'ledger'), text);
  await syncFolder(root);
}
