/**
 * What must not be forgotten: claims, spending, orders and records, tombstones, poll turns. One SQLite file, or a PostgreSQL
 * that several machines share.
 */
import { sql as statement } from 'kysely';
import { type MachineStart } from '../platform/machine-start';
import { type Claims, createClaims } from './claims';
import { createCredits, type CreditLedger } from './credits';
import { type DatabasePlace, openSql } from './open-sql';
import { createPolls, type Polls } from './polls';
import { createReelLists, type ReelLists } from './reel-lists';
import { createReels, type Reels } from './reels';
import { createSessions, type Sessions } from './sessions';
import { inDatabase, inTransaction, requireSound, type Sql } from './sql';

export interface Facts extends Reels, ReelLists, Polls, Sessions {
  readonly claims: Claims;
  readonly ledger: CreditLedger;
}

/** A change that has returned survives a power cut. */
export interface Database extends Facts {
  /** Made with the database, and the same for as long as it lives: a reel is made with the one that accepted it. */
  readonly databaseId: string;
  /** @throws StorageError `disk` when the database does not answer. */
  probeDatabase(): Promise<void>;
  /** Where it is, for log lines. */
  readonly place: string;
  /** Does what `work` does in one transaction, or nothing of it. `work` may be done again where the connection was lost. */
  change<T>(what: string, work: (on: Sql) => Promise<T>): Promise<T>;
  /** Nothing may be asked of it after this. */
  close(): Promise<void>;
}

/**
 * Opens the database, made and brought to this version where it has to be.
 *
 * @throws DatabaseError when it must not be used; StorageError `disk` when it does not answer.
 */
export async function openDatabase(
  place: DatabasePlace,
  machineStart?: () => MachineStart | undefined,
): Promise<Database> {
  const opened = await openSql(place);
  const { value: databaseId } = await inDatabase('read the ID of the database', () =>
    opened.db.selectFrom('meta').select('value').where('key', '=', 'database_id').executeTakeFirstOrThrow(),
  );
  return {
    ...databaseOn(opened, machineStart),
    databaseId,
    place: opened.place,
    async probeDatabase() {
      requireSound(opened);
      await inDatabase('ask the database', () => statement`select 1`.execute(opened.db));
    },
    change: (what, work) =>
      inTransaction(opened, what, (transaction) => work({ ...opened, db: transaction, loose: transaction })),
    close: () => opened.close(),
  };
}

/** The rooms of a database: over all of it, or inside one transaction. */
export function databaseOn(opened: Sql, machineStart?: () => MachineStart | undefined): Facts {
  const { ledger, reserve } = createCredits(opened, machineStart);
  return {
    claims: createClaims(opened),
    ledger,
    ...createReels(opened, reserve),
    ...createReelLists(opened),
    ...createPolls(opened),
    ...createSessions(opened),
  };
}
