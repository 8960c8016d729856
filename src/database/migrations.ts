/**
 * The numbered steps that make the tables. A step that was released is never changed: a later one changes what it made.
 */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables';

/** @param unlogged whether tables may be made that need not survive a crash of the server. */
type Migration = (db: Kysely<Tables>, unlogged: boolean) => Promise<void>;

const first: Migration = async (db, unlogged) => {
  const { schema } = db;
  await schema
    .createTable('reels')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('ordered', 'text')
    .addColumn('record', 'text')
    .addColumn('deletion', 'text')
    .addColumn('tombstone', 'text')
    .addColumn('client', 'text')
    .addColumn('created_at_ms', 'bigint')
    .addColumn('is_open', 'integer')
    .addColumn('status', 'text')
    .addColumn('model', 'text')
    .addColumn('failure_code', 'text')
    .addColumn('uncertain', 'double precision')
    .addColumn('event_date', 'text')
    .addColumn('search', 'text')
    .addColumn('workflow_id', 'text')
    .execute();
  await schema
    .createIndex('reels_by_client')
    .on('reels')
    .columns(['client', 'created_at_ms', 'id'])
    .execute();
  await schema.createIndex('reels_open').on('reels').columns(['is_open', 'id']).execute();
  await schema.createIndex('reels_by_workflow').on('reels').column('workflow_id').execute();

  await schema
    .createTable('reel_metadata')
    .addColumn('reel_id', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('reel_metadata_key', ['reel_id', 'key'])
    .execute();
  await schema.createIndex('reel_metadata_by_value').on('reel_metadata').columns(['key', 'value']).execute();

  await schema
    .createTable('claims')
    .addColumn('reel_id', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull())
    .addColumn('entry', 'text')
    .addColumn('answer_kind', 'text')
    .addColumn('answer', 'text')
    .addColumn('runway_task_id', 'text')
    .addPrimaryKeyConstraint('claims_key', ['reel_id', 'generation', 'number'])
    .execute();
  await schema.createIndex('claims_by_task').on('claims').column('runway_task_id').execute();

  await schema
    .createTable('adopted_tasks')
    .addColumn('runway_task_id', 'text', (column) => column.primaryKey())
    .addColumn('reel_id', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .execute();

  await schema
    .createTable('spending')
    .addColumn('reel_id', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('at_ms', 'bigint')
    .addColumn('at', 'text')
    .addColumn('client', 'text')
    .addColumn('model', 'text')
    .addColumn('reserved', 'double precision')
    .addColumn('machine_id', 'text')
    .addColumn('machine_at_ms', 'bigint')
    .addColumn('settled_at', 'text')
    .addColumn('charged', 'double precision')
    .addColumn('uncertain', 'double precision')
    .addPrimaryKeyConstraint('spending_key', ['reel_id', 'generation'])
    .execute();
  await schema.createIndex('spending_by_time').on('spending').column('at_ms').execute();
  await schema
    .createIndex('spending_by_machine')
    .on('spending')
    .columns(['machine_id', 'machine_at_ms'])
    .execute();

  await schema
    .createTable('polls')
    .$call((table) => (unlogged ? table.modifyFront(sql`unlogged`) : table))
    .addColumn('reel_id', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('polls_key', ['reel_id', 'generation'])
    .execute();

  await schema
    .createTable('remakes')
    .addColumn('number', unlogged ? 'bigserial' : 'integer', (column) =>
      unlogged ? column.primaryKey() : column.primaryKey().autoIncrement(),
    )
    .addColumn('reel_id', 'text', (column) => column.notNull())
    .addColumn('made_as', 'text', (column) => column.notNull())
    .addUniqueConstraint('remakes_once', ['reel_id', 'made_as'])
    .execute();

  await schema
    .createTable('image_uses')
    .addColumn('image', 'text', (column) => column.notNull())
    .addColumn('reel_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('image_uses_key', ['image', 'reel_id'])
    .execute();

  await schema
    .createTable('events')
    .addColumn('reel_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('events_key', ['reel_id', 'id'])
    .execute();

  await schema
    .createTable('ended_sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
};

export const MIGRATIONS: readonly Migration[] = [first];
