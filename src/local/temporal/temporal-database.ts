/** The embedded server's database: where it can be, and what becomes of one that is none any more. */
import { realpathSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../start-error';

/** In bytes. SQLite takes 512, and opens `…-journal` beside its file. */
const LONGEST_PATH = 504;

/**
 * @param file in the folder DATA_DIR, which is there.
 * @throws StartError where the server would only say that it cannot open it.
 */
export function requireDatabasePath(file: string): void {
  const folder = realpathSync(dirname(file));
  const most = LONGEST_PATH - Buffer.byteLength(file.slice(dirname(file).length));
  const length = Buffer.byteLength(folder);
  if (length <= most) return;
  throw new StartError(
    `DATA_DIR ${folder} has a path of ${length} bytes, and Temporal's database in it takes ${most} at most: name another folder.`,
  );
}

/**
 * What the server ends with on a file that is cut short, overwritten, empty or of another program. A taken port, a full
 * disk, missing rights and a lock read otherwise: there the database is good.
 */
const NO_DATABASE = /file is not a database|database disk image is malformed|no such (?:table|column)/;
const NOT_OPENED = /unable to open database file/;

/** SQLite's own files beside it: without them what was written last could not be saved any more. */
const PARTS = ['', '-wal', '-shm'];

/**
 * Moves a database aside that the server cannot read, so that its next start begins a new one.
 *
 * @param words the end of the server's log.
 * @returns where it is now; undefined when the server ended for another reason: then nothing is touched.
 */
export function moveDamagedAside(file: string, words: readonly string[]): string | undefined {
  const said = words.join('\n');
  const damaged = NO_DATABASE.test(said) || (NOT_OPENED.test(said) && !isFile(file));
  if (!damaged) return undefined;
  const aside = `${file}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const part of PARTS) if (exists(file + part)) renameSync(file + part, aside + part);
  return aside;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
