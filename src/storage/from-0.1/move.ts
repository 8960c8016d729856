/**
 * What 0.1.0 kept in files is moved into the database: all of it in one transaction, in which it is read back and compared.
 * Whoever dies on the way leaves the files as they were, or a database that holds them all.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Database, databaseOn, type Facts } from '../../database/database';
import { DatabaseError } from '../../database/open-sql';
import { parseOrder, parseRecord } from '../../database/reel-texts';
import { eventShape, tombstoneShape } from '../../database/reels';
import { holdFact, type Sql } from '../../database/sql';
import type { ReelHead, ReelRecord } from '../../domain/reel';
import type { WebhookEvent } from '../../domain/webhook';
import { StorageError } from '../../platform/files/disk-fault';
import { type OldLedger, readOldLedger } from './old-ledger';
import {
  type OldReel,
  readOldAdoptions,
  readOldEndedSessions,
  readOldImageUses,
  readOldReels,
  readOldSigningKey,
} from './old-reels';
import { parseJson } from './parse-json';

/** Where the files of one move are. */
export interface OldFiles {
  /** Of the move, and of the row that says that it is done. */
  readonly id: string;
  readonly root: string;
  /** The oldest first. */
  readonly ledgers: readonly string[];
}

/** What could not be read: a line for people each. */
export type Notes = readonly string[];

/**
 * @returns undefined where the database holds these files already.
 * @throws DatabaseError where the database does not say what the files say; nothing was changed then.
 */
export function moveInto(
  database: Database,
  files: OldFiles,
): Promise<{ readonly reels: number; readonly notes: Notes } | undefined> {
  return database.change(`move ${files.root} into the database`, async (on) => {
    // Of two processes that are started at once, the other one waits here.
    await holdFact(on, on.db, 'budget');
    const done = { key: `from_0.1:${files.id}`, value: new Date().toISOString() };
    const marked = await on.db
      .selectFrom('meta')
      .select('value')
      .where('key', '=', done.key)
      .executeTakeFirst();
    if (marked) return undefined;
    const notes: string[] = [];
    const reels = await write(on, files, notes);
    await check(on, files);
    await on.db.insertInto('meta').values(done).execute();
    return { reels, notes };
  });
}

async function write(on: Sql, files: OldFiles, notes: string[]): Promise<number> {
  const { root } = files;
  const facts = databaseOn(on);
  const hadReels = await on.db.selectFrom('reels').select('id').limit(1).executeTakeFirst();
  const ledger = await readOldLedger(files.ledgers);
  await writeLedger(on, ledger, files.id, notes);
  for (const { image, reelId } of await readOldImageUses(root)) await facts.useImage(image, reelId);
  let reels = 0;
  for await (const reel of readOldReels(root)) {
    await writeReel(on, facts, reel, notes);
    reels += 1;
  }
  await writeAdoptions(on, root, notes);
  for (const { id, expiresAtMs = NEVER_MS } of await readOldEndedSessions(root)) {
    await on.db
      .insertInto('ended_sessions')
      .values({ id, expires_at_ms: expiresAtMs })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
  await writeSigningKey(on, root, hadReels !== undefined, notes);
  return reels;
}

/** The greatest time there is (ECMAScript, "Time Values"). */
const NEVER_MS = 8.64e15;

async function writeReel(on: Sql, facts: Facts, reel: OldReel, notes: string[]): Promise<void> {
  const { id, folder } = reel;
  const { db } = on;
  await db
    .insertInto('reels')
    .values({ id })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();

  /** A text that cannot be read is kept as it is: what is asked for it goes on being refused. */
  const orAsItIs = async (
    column: 'ordered' | 'record' | 'deletion' | 'tombstone',
    file: string,
    text: string | undefined,
    parsed: () => Promise<void> | undefined,
    meaning: string,
  ) => {
    if (text === undefined) return;
    const written = parsed();
    if (written) return written;
    notes.push(`${folder}/${file} cannot be read: ${meaning}`);
    await db
      .updateTable('reels')
      .set({ [column]: `cannot be read: ${text.replaceAll('\0', '')}` })
      .where('id', '=', id)
      .execute();
  };
  const { ordered, record, deletion, tombstone } = reel;
  await orAsItIs(
    'ordered',
    'order.json',
    ordered,
    () => {
      const order = orderOf(ordered, id);
      return order && facts.keepOrder(order).then(() => undefined);
    },
    'a reel that was not started yet is not started.',
  );
  await orAsItIs(
    'record',
    'reel.json',
    record,
    () => {
      const read = recordOf(record, id);
      return read && facts.writeRecord(read);
    },
    'nothing more is submitted for the reel.',
  );
  await orAsItIs(
    'deletion',
    'deletion.json',
    deletion,
    () => {
      const read = tombstoneOf(deletion, id);
      return read && facts.keepDeletion(read);
    },
    'delete the reel once more.',
  );
  for (const madeAs of reel.remakes) await facts.linkRemake(id, madeAs);
  for (const event of reel.events) {
    const read = eventOf(event.text, id, event.id);
    if (read) await facts.keepEvent(id, read);
    else notes.push(`${event.path} cannot be read: this webhook is not sent.`);
  }
  for (const { key, path, state, readable: isReadable } of reel.claims) {
    if (!isReadable) {
      const meaning = 'generation ' + key.generation + ' counts as submitted, with an unknown outcome.';
      notes.push(`${path} cannot be read: ${meaning}`);
    }
    const claimed = state.kind === 'claimed' ? state : undefined;
    const answer = claimed?.answer;
    await db
      .insertInto('claims')
      .values({
        reel_id: id,
        generation: key.generation,
        number: key.number,
        kind: state.kind,
        token: randomUUID(),
        entry: claimed ? JSON.stringify(claimed.entry) : null,
        answer_kind: answer?.kind ?? null,
        answer: answer ? JSON.stringify(answer) : null,
        runway_task_id: answer?.kind === 'created' ? answer.runwayTaskId : null,
      })
      .onConflict((conflict) => conflict.columns(['reel_id', 'generation', 'number']).doNothing())
      .execute();
  }
  // Last: nothing is written for a deleted reel.
  await orAsItIs(
    'tombstone',
    'deleted.json',
    tombstone,
    () => {
      const read = tombstoneOf(tombstone, id);
      return read && facts.writeTombstone(read);
    },
    'the reel counts as deleted, and its key orders nothing.',
  );
}

async function writeLedger(on: Sql, ledger: OldLedger, moveId: string, notes: string[]): Promise<void> {
  const { items, unreadable, greatest } = ledger;
  const rows = [
    ...items.map(({ reelId, generation, reserved, settled }) => ({
      reel_id: reelId,
      generation,
      at: reserved?.at ?? null,
      at_ms: reserved ? Date.parse(reserved.at) : null,
      client: reserved?.client ?? null,
      model: reserved?.model ?? null,
      reserved: reserved?.credits ?? null,
      machine_id: reserved?.machine?.id ?? null,
      machine_at_ms: reserved?.machine?.atMs ?? null,
      settled_at: settled?.at ?? null,
      charged: settled?.charged ?? null,
      uncertain: settled?.uncertain ?? null,
    })),
    // They count for a day as much as the greatest reservation does: each may be one that was spent.
    ...unreadable.map(({ writtenAtMs }, i) => ({
      reel_id: `unreadable-${moveId}-${i + 1}`,
      generation: 1,
      at: new Date(writtenAtMs).toISOString(),
      at_ms: Math.round(writtenAtMs),
      reserved: greatest,
    })),
  ];
  for (const row of rows) {
    await on.db
      .insertInto('spending')
      .values(row)
      .onConflict((conflict) => conflict.columns(['reel_id', 'generation']).doNothing())
      .execute();
  }
  for (const { path } of unreadable) {
    notes.push(`${path} cannot be read: it counts for 24 hours as much as the greatest reservation.`);
  }
}

async function writeAdoptions(on: Sql, root: string, notes: string[]): Promise<void> {
  for (const { hash, path, owner } of await readOldAdoptions(root)) {
    if (!owner) notes.push(`${path} cannot be read: no other generation takes this task.`);
    const { reelId = '', generation = 0 } = owner ?? {};
    await on.db
      .insertInto('adopted_tasks')
      .values({ runway_task_id: `sha256:${hash}`, reel_id: reelId, generation })
      .onConflict((conflict) => conflict.column('runway_task_id').doNothing())
      .execute();
  }
}

/** Links that were given out go on working; in a database that others use already, theirs do. */
async function writeSigningKey(on: Sql, root: string, isUsed: boolean, notes: string[]): Promise<void> {
  const key = await readOldSigningKey(root);
  if (!key) return;
  if (isUsed || key.length === 0) {
    const why = isUsed ? 'the database has a signing key in use' : `${root}/signing.key is no signing key`;
    notes.push(`Links to videos that were given out until now stop working: ${why}.`);
    return;
  }
  const row = { key: 'signing_key', value: key.toString('hex') };
  await on.db.updateTable('meta').set({ value: row.value }).where('key', '=', row.key).execute();
}

/**
 * Reads the files again, and from the database what they say.
 *
 * @throws DatabaseError where the two differ.
 */
async function check(on: Sql, files: OldFiles): Promise<void> {
  const facts = databaseOn(on);
  for await (const reel of readOldReels(files.root)) await checkReel(facts, reel);
  await checkLedger(on, facts, await readOldLedger(files.ledgers), files.id);
  for (const { hash, owner } of await readOldAdoptions(files.root)) {
    const row = await on.db
      .selectFrom('adopted_tasks')
      .select(['reel_id', 'generation'])
      .where('runway_task_id', '=', `sha256:${hash}`)
      .executeTakeFirst();
    same('an adopted task', [row?.reel_id, row?.generation], [owner?.reelId ?? '', owner?.generation ?? 0]);
  }
  for (const { id } of await readOldEndedSessions(files.root)) {
    same('an ended session', await facts.isSessionEnded(id), true);
  }
}

async function checkReel(facts: Facts, reel: OldReel): Promise<void> {
  const { id } = reel;
  const of = (what: string) => `${what} of reel ${id}`;
  const outcome = <T>(read: () => Promise<T>) => read().catch(badRecord);
  const old = <T>(text: string | undefined, parse: (text: string) => T | undefined) =>
    text === undefined ? undefined : (parse(text) ?? BAD);
  const dead = reel.tombstone !== undefined;
  same(
    of('the order'),
    await outcome(() => facts.readOrder(id)),
    old(reel.ordered, (text) => orderOf(text, id)),
  );
  same(
    of('the record'),
    await outcome(() => facts.readRecord(id)),
    old(reel.record, (text) => recordOf(text, id)),
  );
  same(
    of('the tombstone'),
    await outcome(() => facts.readTombstone(id)),
    old(reel.tombstone, (text) => tombstoneOf(text, id)),
  );
  same(of('the deletion'), await facts.readDeletion(id), tombstoneOf(reel.tombstone ?? reel.deletion, id));
  same(of('the remakes'), await facts.readRemakes(id), reel.remakes);
  for (const event of reel.events) {
    if (dead) continue;
    same(of('a webhook'), await facts.readEvent(id, event.id), eventOf(event.text, id, event.id));
  }
  same(of('the number of claims'), (await facts.claims.list(id)).length, reel.claims.length);
  for (const { key, state } of reel.claims) {
    same(of(`claim ${key.generation}.${key.number}`), await facts.claims.read(key), state);
  }
}

async function checkLedger(on: Sql, facts: Facts, ledger: OldLedger, moveId: string): Promise<void> {
  for (const { reelId, generation, reserved, settled } of ledger.items) {
    const found = await facts.ledger.find(reelId, generation);
    const { kind: _, machine: __, credits, ...entry } = reserved ?? { credits: 0 };
    const { at, charged, uncertain } = settled ?? { charged: 0, uncertain: 0 };
    const expected = reserved && {
      ...entry,
      reserved: credits,
      ...(settled && { settled: { at, charged, uncertain } }),
    };
    same(`what generation ${generation} of reel ${reelId} cost`, found, expected);
  }
  const { count } = await on.db
    .selectFrom('spending')
    .select((row) => row.fn.countAll<number | bigint>().as('count'))
    .where('reel_id', 'like', `unreadable-${moveId}-%`)
    .executeTakeFirstOrThrow();
  same('unreadable entries of the ledger', Number(count), ledger.unreadable.length);
}

/** @throws DatabaseError */
function same(what: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(plain(found), plain(expected))) return;
  throw new DatabaseError(
    `The files of 0.1.0 were not moved: the database does not say of ${what} what they say. ` +
      'Is a process of 0.1.0 still running, or was this database used without them? Nothing was changed.',
  );
}

/** Without what is undefined, as JSON has it. */
function plain(value: unknown): unknown {
  return value === undefined ? value : JSON.parse(JSON.stringify(value));
}

const BAD = 'cannot be read';

function badRecord(error: unknown): typeof BAD {
  if (error instanceof StorageError && error.code === 'bad_record') return BAD;
  throw error;
}

function orderOf(text = '', id: string): ReelHead | undefined {
  const head = readable(() => parseOrder(text, id));
  return head && isWhole(head) ? head : undefined;
}

function recordOf(text = '', id: string): ReelRecord | undefined {
  const record = readable(() => parseRecord(text, id));
  return record && isWhole(record.head) ? record : undefined;
}

/** Whether a list can be made of it: what damage took is not there, whatever the type says. */
function isWhole({ request, createdAt }: ReelHead): boolean {
  const { promptText } = (request ?? {}) as Partial<ReelHead['request']>;
  return typeof promptText === 'string' && !Number.isNaN(Date.parse(createdAt));
}

function readable<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    badRecord(error);
    return undefined;
  }
}

function tombstoneOf(text: string | undefined, id: string) {
  const { data } = tombstoneShape.safeParse(parseJson(text ?? ''));
  return data?.id === id ? data : undefined;
}

function eventOf(text: string, reelId: string, eventId: string): WebhookEvent | undefined {
  const { data } = eventShape.safeParse(parseJson(text));
  const isThis = data?.id === eventId && data.body.data.id === reelId;
  return isThis ? (data as unknown as WebhookEvent) : undefined;
}
