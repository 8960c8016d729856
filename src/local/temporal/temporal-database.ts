/** The embedded server's database, where it is no database any more. */
import { renameSync, statSync } from 'node:fs';

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
