/**
 * One row for each reel: its order, its record, and what became of it. That a deleted reel gets nothing any more is held by
 * the row itself: whoever writes for a reel writes it, or holds it.
 */
import type { Transaction } from 'kysely';
import { z } from 'zod';
import { WEBHOOK_TYPES } from '../contract/schemas/webhook';
import { queuedState, type ReelHead, type ReelRecord, workflowIdOf } from '../domain/reel';
import type { Tombstone } from '../domain/tombstone';
import type { WebhookEvent } from '../domain/webhook';
import { StorageError } from '../platform/files/disk-fault';
import type { CreditLimits, Reservation, Reserve, Reserved } from './credits';
import { parseJson } from './json';
import { keepPairs, LIST_COLUMNS, listColumns, NO_COLUMNS, pairsOf } from './reel-lists';
import { checkedId } from './reel-id';
import { parseOrder, parseRecord } from './reel-texts';
import { holdFact, holdReel, inDatabase, inTransaction, type Sql } from './sql';
import type { Tables } from './tables';

/** Every member throws StorageError: `disk` where the database fails, `not_found` for what cannot be the ID of a reel. */
export interface Reels {
  /** Writes the record of a reel, in place of an earlier one. A reel that was deleted gets none. */
  writeRecord(record: ReelRecord): Promise<void>;
  /** @returns undefined when there is none. @throws StorageError `bad_record` when it is no record of this version. */
  readRecord(reelId: string): Promise<ReelRecord | undefined>;

  /**
   * Sets credits aside and notes an order, both or neither, before its run is started: owner and ceiling of the reel are taken
   * from here. The first note of an order stays. Noted with it are the image that it uses, and what it was made again from.
   */
  placeOrder(head: ReelHead, reservation: Reservation, limits: CreditLimits): Promise<PlacedOrder>;
  /** Notes an order by itself. @returns the note that stands. */
  keepOrder(head: ReelHead): Promise<ReelHead>;
  /** @returns undefined when there is none. @throws StorageError `bad_record` when it is no order. */
  readOrder(reelId: string): Promise<ReelHead | undefined>;
  /** Removes the note of an order that was surely never started. */
  dropOrder(reelId: string): Promise<void>;

  /** IDs of all reels of which anything is stored, if only a tombstone, in no order. */
  reelIds(): AsyncIterable<string>;

  /** Notes an event for its receiver, in place of an earlier note of the same event; none for a deleted reel. */
  keepEvent(reelId: string, event: WebhookEvent): Promise<void>;
  /** @returns undefined for an event that was never noted. */
  readEvent(reelId: string, eventId: string): Promise<WebhookEvent | undefined>;

  /** Notes that a reel is to be deleted, by its client or its age: nothing is erased without it. The first note stays. */
  keepDeletion(tombstone: Tombstone): Promise<void>;
  /** @returns the tombstone to write, or the one that exists; undefined where no deletion was noted. */
  readDeletion(reelId: string): Promise<Tombstone | undefined>;

  /** Notes that a reel was deleted, for ever. The first note stays. */
  writeTombstone(tombstone: Tombstone): Promise<void>;
  /** @returns undefined for a reel that was not deleted. @throws StorageError when it cannot be read. */
  readTombstone(reelId: string): Promise<Tombstone | undefined>;

  /** Notes that one reel was made again as another. Idempotent. */
  linkRemake(oldId: string, newId: string): Promise<void>;
  /** The reels that were made again from this one, oldest first. */
  readRemakes(reelId: string): Promise<string[]>;

  /** Notes that a reel uses an image, by the name of its file. */
  useImage(image: string, reelId: string): Promise<void>;
  /** Forgets it. @returns whether another reel uses the image. */
  releaseImage(image: string, reelId: string): Promise<boolean>;
  isImageUsed(image: string): Promise<boolean>;

  /** Removes what is noted of a reel beside its record; its claims, its tombstone and what it cost stay. */
  eraseNotes(reelId: string): Promise<void>;
  /** The last step of an erasing: while the record stands, a redo finds what it refers to. */
  eraseRecord(reelId: string): Promise<void>;
}

export type PlacedOrder =
  | {
      readonly ok: true;
      /** The order that stands, which an earlier request may have placed. */
      readonly order: ReelHead;
    }
  | Exclude<Reserved, { ok: true }>;

export const tombstoneShape = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  client: z.string(),
  bodyHash: z.string(),
  deletedAt: z.string(),
});

export const eventShape = z.object({
  id: z.string(),
  body: z.looseObject({
    type: z.enum(WEBHOOK_TYPES),
    timestamp: z.string(),
    data: z.looseObject({ id: z.string() }),
  }),
});

/** IDs of a page of `reelIds`. */
const PAGE = 500;

export function createReels(opened: Sql, reserve: Reserve): Reels {
  const { db } = opened;
  type Column = 'ordered' | 'record' | 'deletion' | 'tombstone';
  type Writer = Pick<Sql['db'], 'insertInto'>;

  async function read(what: string, reelId: string) {
    checkedId(reelId);
    return inDatabase(what, () =>
      db.selectFrom('reels').selectAll().where('id', '=', reelId).executeTakeFirst(),
    );
  }

  /** Writes a column of a reel that was not deleted, with those that follow from it, unless `first` and it is written already. */
  async function write(
    on: Writer,
    column: Column,
    id: string,
    value: unknown,
    first: boolean,
  ): Promise<void> {
    const text = JSON.stringify(value);
    const empty = { ordered: null, record: null, deletion: null, tombstone: null, ...NO_COLUMNS };
    const listed = listedBy(column, value);
    await on
      .insertInto('reels')
      .values({ ...empty, ...listed, id, [column]: text })
      .onConflict((conflict) => {
        const updated = conflict.column('id').doUpdateSet((row) => ({
          [column]: text,
          ...(column === 'record' && listed),
          // A record knows better than an order that comes after it.
          ...(column === 'ordered' &&
            Object.fromEntries(
              LIST_COLUMNS.map((name) => [name, row.fn.coalesce(`reels.${name}`, `excluded.${name}`)]),
            )),
        }));
        const alive = column === 'tombstone' ? updated : updated.where('reels.tombstone', 'is', null);
        return first ? alive.where(`reels.${column}`, 'is', null) : alive;
      })
      .execute();
  }

  async function note(
    what: string,
    column: Column,
    id: string,
    value: unknown,
    first: boolean,
  ): Promise<void> {
    checkedId(id);
    await inDatabase(what, () => write(db, column, id, value, first));
  }

  /** Does something for a reel unless it is deleted, which cannot happen meanwhile. */
  async function ifAlive(what: string, reelId: string, work: (on: Transaction<Tables>) => Promise<unknown>) {
    checkedId(reelId);
    await inTransaction(opened, what, async (transaction) => {
      await holdReel(opened, transaction, reelId);
      const dead = await transaction
        .selectFrom('reels')
        .select('id')
        .where('id', '=', reelId)
        .where('tombstone', 'is not', null)
        .executeTakeFirst();
      if (!dead) await work(transaction);
    });
  }

  const noteUse = (on: Writer, image: string, reelId: string) =>
    on
      .insertInto('image_uses')
      .values({ image, reel_id: reelId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();

  const noteRemake = (on: Writer, reelId: string, madeAs: string) =>
    on
      .insertInto('remakes')
      .values({ reel_id: reelId, made_as: madeAs })
      .onConflict((conflict) => conflict.columns(['reel_id', 'made_as']).doNothing())
      .execute();

  const isUsed = async (on: Pick<Sql['db'], 'selectFrom'>, image: string) =>
    (await on.selectFrom('image_uses').select('image').where('image', '=', image).executeTakeFirst()) !==
    undefined;

  /** Where a request has pairs to be found by, they are noted in the same transaction. */
  async function noteWithPairs(
    what: string,
    column: 'ordered' | 'record',
    head: ReelHead,
    value: unknown,
    first: boolean,
  ): Promise<void> {
    if (pairsOf(head).length === 0) return note(what, column, head.id, value, first);
    await ifAlive(what, head.id, async (transaction) => {
      await write(transaction, column, head.id, value, first);
      await keepPairs(transaction, head);
    });
  }

  return {
    writeRecord: (record) =>
      noteWithPairs(`keep the record of reel ${record.head.id}`, 'record', record.head, record, false),

    async readRecord(reelId) {
      const row = await read(`read the record of reel ${reelId}`, reelId);
      return row?.record ? parseRecord(row.record, reelId) : undefined;
    },

    async placeOrder(head, reservation, limits) {
      const { id, remakeOf, request } = head;
      checkedId(id);
      return inTransaction(opened, `place the order of reel ${id}`, async (transaction) => {
        // Before the first look: of two orders under one key the second one sees the first.
        await holdFact(opened, transaction, 'budget');
        const earlier = await transaction
          .selectFrom('reels')
          .select('ordered')
          .where('id', '=', id)
          .executeTakeFirst();
        if (earlier?.ordered && parseOrder(earlier.ordered, id).bodyHash !== head.bodyHash) {
          return { ok: true, order: parseOrder(earlier.ordered, id) };
        }
        const reserved = await reserve(transaction, reservation, limits);
        if (!reserved.ok) return reserved;
        await write(transaction, 'ordered', id, head, true);
        // Ordered once more, after it was found not to be started.
        if (earlier?.ordered) await reopenOrder(transaction, id);
        await keepPairs(transaction, head);
        const image = imageOf(request.promptImage);
        if (image !== undefined) await noteUse(transaction, image, id);
        if (remakeOf !== undefined) await noteRemake(transaction, remakeOf, id);
        const row = await transaction
          .selectFrom('reels')
          .select('ordered')
          .where('id', '=', id)
          .executeTakeFirst();
        return { ok: true, order: row?.ordered ? parseOrder(row.ordered, id) : head };
      });
    },

    async keepOrder(head) {
      await noteWithPairs(`keep the order of reel ${head.id}`, 'ordered', head, head, true);
      return (await this.readOrder(head.id)) ?? head;
    },

    async readOrder(reelId) {
      const row = await read(`read the order of reel ${reelId}`, reelId);
      return row?.ordered ? parseOrder(row.ordered, reelId) : undefined;
    },

    async dropOrder(reelId) {
      checkedId(reelId);
      await inTransaction(opened, `drop the order of reel ${reelId}`, async (transaction) => {
        await transaction.deleteFrom('remakes').where('made_as', '=', reelId).execute();
        await transaction.deleteFrom('reel_metadata').where('reel_id', '=', reelId).execute();
        await transaction.updateTable('reels').set({ ordered: null }).where('id', '=', reelId).execute();
        await transaction
          .deleteFrom('reels')
          .where('id', '=', reelId)
          .where((row) =>
            row.and([row('record', 'is', null), row('deletion', 'is', null), row('tombstone', 'is', null)]),
          )
          .execute();
      });
    },

    async *reelIds() {
      for (let after = ''; ;) {
        const rows = await inDatabase('list the reels', () =>
          db.selectFrom('reels').select('id').where('id', '>', after).orderBy('id').limit(PAGE).execute(),
        );
        for (const { id } of rows) yield id;
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) return;
        after = last.id;
      }
    },

    keepEvent: (reelId, event) =>
      ifAlive(`keep a webhook of reel ${reelId}`, reelId, (transaction) => {
        const text = JSON.stringify(event);
        return transaction
          .insertInto('events')
          .values({ reel_id: reelId, id: event.id, event: text })
          .onConflict((conflict) => conflict.columns(['reel_id', 'id']).doUpdateSet({ event: text }))
          .execute();
      }),

    async readEvent(reelId, eventId) {
      const row = await inDatabase(`read a webhook of reel ${reelId}`, () =>
        db
          .selectFrom('events')
          .select('event')
          .where('reel_id', '=', reelId)
          .where('id', '=', eventId)
          .executeTakeFirst(),
      );
      const { data } = eventShape.safeParse(parseJson(row?.event));
      const isThis = data?.id === eventId && data.body.data.id === reelId;
      return isThis ? (data as unknown as WebhookEvent) : undefined;
    },

    keepDeletion: (tombstone) =>
      note(`note that reel ${tombstone.id} is to be deleted`, 'deletion', tombstone.id, tombstone, true),

    async readDeletion(reelId) {
      const row = await read(`see whether reel ${reelId} is to be deleted`, reelId);
      const { data } = tombstoneShape.safeParse(parseJson(row?.tombstone ?? row?.deletion));
      return data?.id === reelId ? data : undefined;
    },

    writeTombstone: (tombstone) =>
      note(`note that reel ${tombstone.id} is deleted`, 'tombstone', tombstone.id, tombstone, true),

    async readTombstone(reelId) {
      const row = await read(`see whether reel ${reelId} is deleted`, reelId);
      if (!row?.tombstone) return undefined;
      const { data } = tombstoneShape.safeParse(parseJson(row.tombstone));
      if (data?.id === reelId) return data;
      // Not read as "not deleted": its idempotency key would order, and pay for, another reel.
      throw new StorageError('bad_record', `The tombstone of reel ${reelId} cannot be read.`);
    },

    async linkRemake(oldId, newId) {
      checkedId(newId);
      await ifAlive(`note that reel ${oldId} was made again`, oldId, (on) => noteRemake(on, oldId, newId));
    },

    readRemakes: (reelId) =>
      inDatabase(`read what reel ${reelId} was made again as`, async () => {
        const rows = await db
          .selectFrom('remakes')
          .select('made_as')
          .where('reel_id', '=', reelId)
          .orderBy('number')
          .execute();
        return rows.map((row) => row.made_as);
      }),

    useImage: (image, reelId) =>
      ifAlive('note the use of the image', reelId, (transaction) => noteUse(transaction, image, reelId)),

    releaseImage: (image, reelId) =>
      inDatabase('forget the use of the image', async () => {
        await db.deleteFrom('image_uses').where('image', '=', image).where('reel_id', '=', reelId).execute();
        return isUsed(db, image);
      }),

    isImageUsed: (image) => inDatabase('see who uses the image', () => isUsed(db, image)),

    async eraseNotes(reelId) {
      checkedId(reelId);
      await inTransaction(opened, `erase reel ${reelId}`, async (transaction) => {
        await holdReel(opened, transaction, reelId);
        for (const table of ['events', 'polls', 'reel_metadata'] as const) {
          await transaction.deleteFrom(table).where('reel_id', '=', reelId).execute();
        }
        await transaction
          .deleteFrom('remakes')
          .where((row) => row.or([row('reel_id', '=', reelId), row('made_as', '=', reelId)]))
          .execute();
        await transaction
          .updateTable('reels')
          .set({ ordered: null, deletion: null })
          .where('id', '=', reelId)
          .execute();
      });
    },

    async eraseRecord(reelId) {
      await inDatabase(`erase the record of reel ${reelId}`, () =>
        db
          .updateTable('reels')
          .set({ record: null, ...NO_COLUMNS })
          .where('id', '=', checkedId(reelId))
          .execute(),
      );
    },
  };
}

/** An order that has no record yet is as good as a reel in line: its run is about to start. */
function listedBy(column: string, value: unknown) {
  if (column === 'record') return listColumns(value as ReelRecord);
  if (column !== 'ordered') return {};
  const head = value as ReelHead;
  return listColumns({ schemaVersion: 1, workflowId: workflowIdOf(head.id), head, state: queuedState(head) });
}

async function reopenOrder(transaction: Transaction<Tables>, id: string): Promise<void> {
  await transaction
    .updateTable('reels')
    .set({ is_open: 1 })
    .where('id', '=', id)
    .where('record', 'is', null)
    .where('status', '=', 'queued')
    .execute();
}

/** The name of an image's file, in a reference to it: `stored:<sha256>.<png|jpg|webp>`. */
export function imageOf(reference: string | undefined): string | undefined {
  return /^stored:(.*)$/.exec(reference ?? '')?.[1];
}
