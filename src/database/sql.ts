/** How the rooms of this folder run statements: in both databases alike, with faults that have a name. */
import type { Kysely, Transaction } from 'kysely';
import { setTimeout as wait } from 'node:timers/promises';
import { StorageError } from '../platform/files/disk-fault';
import { codeOf, isLost, isUndone } from './postgres-dialect';
import { isSqlite, SQLITE, SqliteError } from './sqlite-dialect';
import type { Tables } from './tables';

export interface Sql {
  readonly kind: 'sqlite' | 'postgres';
  /** What it has committed survives a power cut. */
  readonly db: Kysely<Tables>;
  /** For what need not. */
  readonly loose: Kysely<Tables>;
  /** For log lines: the file, or the server without its password. */
  readonly place: string;
  /** Whether this process has met damage in it: what is read may be wrong, and nothing is paid for by it. */
  isDamaged(): boolean;
  close(): Promise<void>;
}

/** @throws StorageError where damage was met: to be called before money is set aside or a claim is made. */
export function requireSound({ isDamaged, place }: Pick<Sql, 'isDamaged' | 'place'>): void {
  if (!isDamaged()) return;
  throw new StorageError('disk', `Nothing is submitted: ${DAMAGED} (${place}; docs/runbook.md).`);
}

const TRIES = 3;
const PAUSE_MS = 200;

/**
 * Does something with the database, and does it again where the connection was lost on the way: a commit whose answer was
 * lost is there or not, so `work` must find out what it did before, or do the same again.
 *
 * @param what completes "Could not …".
 * @throws StorageError `disk` where the database does not answer, is full or damaged; errors of ours as they are.
 */
export async function inDatabase<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (tried < TRIES && (isLost(error) || isUndone(error))) {
        await wait(PAUSE_MS * tried);
        continue;
      }
      throw namedFault(what, error);
    }
  }
}

/** `work` in one transaction, the only one that writes the rows it locks; a part of one that is under way, where `db` is that. */
export function inTransaction<T>(
  { db }: Pick<Sql, 'db'>,
  what: string,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return inDatabase(what, () =>
    db.isTransaction ? work(db as Transaction<Tables>) : db.transaction().execute(work),
  );
}

/** Waits until no other transaction holds this fact. (A transaction of SQLite is the only one by itself.) */
export async function holdFact(
  { kind }: Pick<Sql, 'kind'>,
  transaction: Pick<Transaction<Tables>, 'selectFrom'>,
  key: string,
): Promise<void> {
  if (kind === 'sqlite') return;
  await transaction.selectFrom('meta').select('key').where('key', '=', key).forUpdate().execute();
}

/** The same for the row of a reel, where there is one. */
export async function holdReel(
  { kind }: Pick<Sql, 'kind'>,
  transaction: Transaction<Tables>,
  id: string,
): Promise<void> {
  if (kind === 'sqlite') return;
  await transaction.selectFrom('reels').select('id').where('id', '=', id).forUpdate().execute();
}

function namedFault(what: string, error: unknown): unknown {
  if (error instanceof StorageError) return error;
  const words = wordsOf(error);
  return words === undefined
    ? error
    : new StorageError('disk', `Could not ${what}: ${words}.`, { cause: error });
}

/** @returns undefined for a mistake of ours. */
function wordsOf(error: unknown): string | undefined {
  if (isSqlite(error, SQLITE.full)) return 'the disk is full';
  if (isSqlite(error, SQLITE.busy) || isSqlite(error, SQLITE.protocol))
    return 'another process holds the database file locked';
  if (isSqlite(error, SQLITE.readonly)) return 'the database file may not be written';
  if (isSqlite(error, SQLITE.cantopen)) return 'the database file cannot be opened';
  if (isSqlite(error, SQLITE.corrupt) || isSqlite(error, SQLITE.notadb)) return DAMAGED;
  if (isSqlite(error, SQLITE.ioerr)) return 'the disk reports an error';
  if (error instanceof SqliteError) return error.errcode === undefined ? error.message : undefined;
  const code = codeOf(error) ?? '';
  if (/^XX00[12]$/.test(code)) return DAMAGED;
  if (code === '53100') return 'the disk of the database server is full';
  if (code === '53300') return 'the database server takes no more connections';
  if (code === '28P01' || code === '28000') return 'the database server refuses the user or the password';
  if (code === '3D000') return 'there is no such database on the server';
  if (code === '42501') return 'the user of the database may not do that';
  if (code === '25006') return 'the database server can only be read';
  if (isLost(error)) return `the database server does not answer (${code || 'connection lost'})`;
  if (isUndone(error)) return `the database server is too busy (${code})`;
  // Memory, files, limits, and its own bugs (appendix A of PostgreSQL's manual).
  if (/^(?:5[348]|XX)...$/.test(code)) return `the database server reports an error (${code})`;
  return undefined;
}

const DAMAGED = 'the database is damaged';
