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
import { inDatabase } from './sql';

/** A change that has returned survives a power cut. */
export interface Database extends Reels, ReelLists, Polls, Sessions {
  readonly claims: Claims;
  readonly ledger: CreditLedger;
  /** Made with the database, and the same for as long as it lives: a reel is made with the one that accepted it. */
  readonly databaseId: string;
  /** @throws StorageError `disk` when the database does not answer. */
  probeDatabase(): Promise<void>;
  /** Where it is, for log lines. */
  readonly place: string;
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
  const { db } = opened;
  const { value: databaseId } = await inDatabase('read the ID of the database', () =>
    db.selectFrom('meta').select('value').where('key', '=', 'database_id').executeTakeFirstOrThrow(),
  );
  const { ledger, reserve } = createCredits(opened, machineStart);
  return {
    claims: createClaims(opened),
    ledger,
    ...createReels(opened, reserve),
    ...createReelLists(opened),
    ...createPolls(opened),
    ...createSessions(opened),
    databaseId,
    place: opened.place,
    async probeDatabase() {
      await inDatabase('ask the database', () => statement`select 1`.execute(db));
    },
    close: () => opened.close(),
  };
}
