/**
 * Opens the database, or says in a line why it must not be used. What it promises, that a commit survives a power cut and
 * that several processes see one state, holds only with the right settings in the right place.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Kysely, sql } from 'kysely';
import { base32 } from '../domain/reel';
import { StorageError } from '../platform/files/disk-fault';
import { prepareFolder, syncFolder } from '../platform/files/folders';
import { networkFileSystem } from './file-system';
import { MIGRATIONS } from './migrations';
import { codeOf, postgresDialect, postgresPool } from './postgres-dialect';
import { inDatabase, inTransaction, type Sql } from './sql';
import { isSqlite, SQLITE, sqliteDialect, SqliteFile } from './sqlite-dialect';
import type { Tables } from './tables';

/** A database that must not be used, with what to do about it. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

export type DatabasePlace =
  | { readonly file: string }
  | {
      /** `postgres://…` */
      readonly url: string;
      /** Simulated and real reels never meet. */
      readonly schema: string;
    };

/** @throws DatabaseError, StorageError */
export async function openSql(place: DatabasePlace): Promise<Sql> {
  const opened = 'file' in place ? await openSqlite(place.file) : await openPostgres(place.url, place.schema);
  try {
    await migrate(opened);
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Older ones can lose what several processes have committed (sqlite.org/wal.html, "the WAL-reset bug"). */
const OLDEST_SQLITE = '3.51.3';

async function openSqlite(file: string): Promise<Sql> {
  const path = resolve(file);
  const network = networkFileSystem(dirname(path), readMounts());
  if (network !== undefined) {
    throw new DatabaseError(
      `${path} would be on a network file system (${network}), where SQLite loses data: set DATA_DIR to a disk of this machine, or DATABASE_URL to a PostgreSQL.`,
    );
  }
  await prepareFolder(dirname(path), dirname(path));
  const isNew = !existsSync(path);
  const handle = new SqliteFile(path);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(handle, false) });
  const loose = new Kysely<Tables>({ dialect: sqliteDialect(handle, true) });
  try {
    await inDatabase(`open ${path}`, async () => {
      const version = await valueOf(db, 'select sqlite_version()');
      if (version.localeCompare(OLDEST_SQLITE, 'en', { numeric: true }) < 0) {
        throw new DatabaseError(`SQLite ${version} is too old: ${OLDEST_SQLITE} or newer is needed.`);
      }
      if (!isNew) {
        const found = await valueOf(db, 'pragma quick_check(1)');
        if (found !== 'ok') throw damaged(path, found);
      }
      const mode = await valueOf(db, 'pragma journal_mode = wal');
      if (mode !== 'wal') throw new DatabaseError(`${path}: SQLite can keep no log beside it (${mode}).`);
      const synchronous = await valueOf(db, 'pragma synchronous');
      if (synchronous !== '2') throw new DatabaseError(`${path}: SQLite does not wait for the disk.`);
    });
    if (isNew) await syncFolder(dirname(path));
  } catch (error) {
    await handle.close();
    throw isDamaged(error) ? damaged(path, (error.cause as Error).message) : error;
  }
  return {
    kind: 'sqlite',
    db,
    loose,
    place: path,
    isDamaged: () => handle.damaged,
    close: () => handle.close(),
  };
}

function isDamaged(error: unknown): error is StorageError {
  if (!(error instanceof StorageError)) return false;
  return isSqlite(error.cause, SQLITE.corrupt) || isSqlite(error.cause, SQLITE.notadb);
}

function damaged(path: string, found: string): DatabaseError {
  return new DatabaseError(
    `The database ${path} is damaged (${found}). Nothing is submitted with it: what was paid stands in it. Keep it, and put a backup in its place (docs/runbook.md).`,
  );
}

function readMounts(): string {
  return existsSync('/proc/self/mounts') ? readFileSync('/proc/self/mounts', 'utf8') : '';
}

async function openPostgres(url: string, schema: string): Promise<Sql> {
  const pool = postgresPool(url);
  const place = withoutPassword(url);
  const whole = new Kysely<Tables>({ dialect: postgresDialect(pool) });
  try {
    await inDatabase(`open ${place}`, async () => {
      const show = (name: string) => valueOf(whole, `show ${name}`);
      const version = Number(await show('server_version_num'));
      if (version < 140_000) {
        const major = Math.floor(version / 10_000);
        throw new DatabaseError(`${place} is PostgreSQL ${major}: 14 or newer is needed.`);
      }
      if ((await show('fsync')) === 'off') {
        throw new DatabaseError(
          `${place} has fsync off: what was paid would be lost in a power cut. Turn it on.`,
        );
      }
      if ((await show('synchronous_commit')) === 'off') {
        throw new DatabaseError(
          `${place} has synchronous_commit off: it forgets commits in a crash. Turn it on, at least for this user: ALTER ROLE … SET synchronous_commit = on.`,
        );
      }
      if ((await show('transaction_read_only')) === 'on') {
        throw new DatabaseError(
          `${place} can only be read, as a replica or by its settings: name the server that is written.`,
        );
      }
    });
    await inDatabase('make the schema of the database', () => makeSchema(whole, schema, place));
  } catch (error) {
    await whole.destroy();
    throw error;
  }
  const db = whole.withSchema(schema);
  return {
    kind: 'postgres',
    db,
    loose: db,
    place: `${place} (${schema})`,
    isDamaged: () => false,
    close: () => whole.destroy(),
  };
}

async function makeSchema(db: Kysely<Tables>, schema: string, place: string): Promise<void> {
  try {
    await db.schema.createSchema(schema).ifNotExists().execute();
  } catch (error) {
    // Two who make it at once: the index of the names says so.
    if (['23505', '42P06'].includes(codeOf(error) ?? '')) return;
    if (codeOf(error) !== '42501') throw error;
    // A user who may not make one can still use one that is there, and is theirs.
    const right = sql<{ has: boolean }>`select has_schema_privilege(oid, 'create') as has
      from pg_namespace where nspname = ${schema}`;
    if ((await right.execute(db)).rows[0]?.has) return;
    throw new DatabaseError(
      `The user of ${place} may not make the schema ${schema}: GRANT CREATE ON DATABASE … TO …, or have it made for this user: CREATE SCHEMA ${schema} AUTHORIZATION ….`,
    );
  }
}

/** Of a URL: what may stand in a log. */
export function withoutPassword(url: string): string {
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username && `${username}@`}${host}${pathname}`;
}

async function valueOf(db: Kysely<Tables>, statement: string): Promise<string> {
  const { rows } = await sql.raw<Record<string, unknown>>(statement).execute(db);
  return String(Object.values(rows[0] ?? {})[0]);
}

const VERSION = 'schema_version';

/** Brings the tables to this version: of several processes that start at once, one does it and the others wait. */
async function migrate(opened: Sql): Promise<void> {
  const { kind } = opened;
  await inTransaction(opened, 'bring the database to this version', async (transaction) => {
    // Any number that nobody else uses here.
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(7220451903)`.execute(transaction);
    await transaction.schema
      .createTable('meta')
      .ifNotExists()
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
    const row = await transaction
      .selectFrom('meta')
      .select('value')
      .where('key', '=', VERSION)
      .executeTakeFirst();
    const version = Number(row?.value ?? 0);
    if (version > MIGRATIONS.length) {
      throw new DatabaseError(
        `${opened.place} was written by a newer version (schema ${version}, this one knows ${MIGRATIONS.length}): use that version again.`,
      );
    }
    if (version === MIGRATIONS.length) return;
    for (const step of MIGRATIONS.slice(version)) await step(transaction, kind === 'postgres');
    const facts = [
      { key: VERSION, value: String(MIGRATIONS.length) },
      { key: 'database_id', value: base32(randomBytes(16)) },
      { key: 'signing_key', value: randomBytes(32).toString('hex') },
      { key: 'budget', value: 'whoever sets credits aside holds this row' },
    ];
    for (const fact of facts) {
      await transaction
        .insertInto('meta')
        .values(fact)
        .onConflict((conflict) =>
          fact.key === VERSION
            ? conflict.column('key').doUpdateSet({ value: fact.value })
            : conflict.column('key').doNothing(),
        )
        .execute();
    }
  });
}
