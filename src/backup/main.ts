/**
 * `npm run backup -- <new folder>`: copies DATA_DIR while the service runs, so that it can be brought back. What SQLite keeps is
 * copied by SQLite; videos and images never change once they have their names.
 *
 * `npm run backup -- --restored`: marks a database that was brought back in another way, such as by `pg_restore`.
 */
import { backup, DatabaseSync } from '@photostructure/sqlite';
import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { printable } from '../contract/text';
import { openDatabase } from '../database/database';
import { fenceCopy } from '../database/fence-copy';
import { DatabaseError, type DatabasePlace, withoutPassword } from '../database/open-sql';
import { backendOf, ConfigError, loadConfig } from '../platform/config';
import { ifPresent, StorageError } from '../platform/files/disk-fault';
import { syncFolder } from '../platform/files/folders';
import { redact } from '../platform/logging';
import { keepFilesPrivate } from '../platform/private-files';
import { DATABASE_FILE, databasePlace } from '../storage/storage';
import { storageRoot } from '../storage/storage-root';

/** A line for people. */
class BackupError extends Error {}

const ROOTS = ['runway', 'simulated'] as const;

async function main([argument]: readonly string[]): Promise<void> {
  keepFilesPrivate();
  if (argument === undefined)
    throw new BackupError('Say where the copy goes: npm run backup -- <new folder>');
  // As `npm start` has them.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig();
  if (argument === '--restored') {
    const root = storageRoot(config.dataDir, backendOf(config));
    const place = databasePlace({ root, databaseUrl: config.databaseUrl });
    return say(`${await fence(place)} unfinished reels ask before they submit again.`);
  }
  if (config.databaseUrl !== undefined) {
    throw new BackupError(
      `DATABASE_URL names a PostgreSQL, which copies itself: pg_dump -Fc -f durable-reels.dump '${withoutPassword(config.databaseUrl)}'. ` +
        'Copy the folder of videos as well, and after pg_restore run: npm run backup -- --restored (docs/hosting.md).',
    );
  }
  const [from, to] = [resolve(config.dataDir), resolve(argument)];
  if (existsSync(to)) throw new BackupError(`${to} exists: name a new folder.`);
  if (!relative(from, to).startsWith('..')) throw new BackupError(`${to} is inside of what is to be copied.`);
  await copyData(from, to);
}

async function copyData(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  // Temporal's first: a claim that is newer than Temporal's database is found and adopted.
  await copyDatabase(join(from, 'temporal.db'), join(to, 'temporal.db'));
  for (const root of ROOTS) {
    const copy = join(to, root, DATABASE_FILE);
    if (!existsSync(join(from, root, DATABASE_FILE))) continue;
    await mkdir(join(to, root), { recursive: true });
    await copyDatabase(join(from, root, DATABASE_FILE), copy);
    const open = await fence({ file: copy });
    say(
      `${join(root, DATABASE_FILE)}: ${open} reels are unfinished in the copy, and ask before they submit again.`,
    );
  }
  const files = await copyFiles(from, to);
  say(`${to} holds a copy of ${from}: databases, and ${files} files. The way back is in docs/hosting.md.`);
}

/** By SQLite itself, page by page, so that it is one state whoever writes meanwhile. */
async function copyDatabase(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  const source = new DatabaseSync(from, { readOnly: true, timeout: 30_000 });
  try {
    await backup(source, to, { rate: PAGES });
  } finally {
    source.close();
  }
}

/** At once: after a change by another process a copy in smaller steps begins anew. */
const PAGES = 1_000_000;

async function fence(place: DatabasePlace): Promise<number> {
  const database = await openDatabase(place);
  try {
    const at = new Date().toISOString();
    return await database.change('fence the unfinished reels', (on) => fenceCopy(on, at));
  } finally {
    await database.close();
  }
}

/** What is written beside the databases, or belongs to the processes that run. */
const LEFT_OUT = /(?:\.db(?:-wal|-shm|-journal)?|\.part|\.lock)$|^(?:lock|logs|standing-still)$/;

/** @returns how many. */
async function copyFiles(from: string, to: string): Promise<number> {
  let copied = 0;
  for (const entry of (await ifPresent(readdir(from, { withFileTypes: true }))) ?? []) {
    if (LEFT_OUT.test(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(target, { recursive: true });
      copied += await copyFiles(source, target);
    } else if (entry.isFile()) {
      // Shared with the original, where the file system can. It may be erased meanwhile.
      const done = copyFile(source, target, constants.COPYFILE_FICLONE).then(() => 1);
      copied += (await ifPresent(done)) ?? 0;
    }
  }
  await syncFolder(to);
  return copied;
}

function say(line: string): void {
  console.log(printable(line));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isTold = [BackupError, ConfigError, DatabaseError, StorageError].some(
    (type) => error instanceof type,
  );
  const { message, stack = message } = error as Error;
  console.error(printable(redact(isTold ? message : stack)));
  process.exit(isTold ? 2 : 1);
});
