/**
 * What lists of reels are made from: columns beside the order and the record of a reel, written with them. What a reel that is
 * being made does at this moment stands in Temporal; here stands what is sure.
 */
import type { Expression, ExpressionBuilder, SqlBool, Transaction } from 'kysely';
import { isTerminal, type ReelStatus } from '../contract/reel';
import type { ReelRequest } from '../contract/schemas/request';
import type { ReelHead, ReelRecord } from '../domain/reel';
import { StorageError } from '../platform/files/disk-fault';
import { parseOrder, parseRecord } from './reel-texts';
import { searchText, searchWords } from '../domain/search-text';
import { inDatabase, type Sql } from './sql';
import type { Tables } from './tables';

/** Every member throws StorageError `disk` where the database fails. */
export interface ReelLists {
  /** Reels of a client, newest first, deleted ones and those that were never started left out. */
  listReels(query: ReelQuery): Promise<ListedReel[]>;
  /** How many reels of a client are being made, as far as it is noted. */
  countOpenReels(client: string): Promise<number>;
  /** Of these workflows: the reels whose note says otherwise of whether they are being made. */
  findChanged(runs: readonly { readonly workflowId: string; readonly isOpen: boolean }[]): Promise<string[]>;
  /** Reels that are noted as being made, after this ID by the order of IDs. */
  listOpen(after: string, limit: number): Promise<string[]>;
  /**
   * Notes what was seen of a reel whose run says nothing itself: it was ended from outside, or begun again. Undefined: its run
   * was never started.
   */
  noteSeen(id: string, seen: SeenReel | undefined): Promise<void>;
  /**
   * Takes the turn of a task that one process does for all, at most once in a time.
   *
   * @returns undefined when another one has it; else what `keepTurn` kept last.
   */
  takeTurn(
    task: string,
    args: { readonly nowMs: number; readonly everyMs: number },
  ): Promise<Turn | undefined>;
  keepTurn(task: string, note: string): Promise<void>;
}

export interface Turn {
  /** Undefined at the first turn. */
  readonly note?: string;
}

export interface ReelQuery {
  readonly client: string;
  readonly limit: number;
  /** The place of the last one that was listed. */
  readonly after?: ReelPlace;
  readonly text?: string;
  readonly status?: ReelStatus;
  readonly model?: string;
  readonly failureCode?: string;
  readonly runwayTaskId?: string;
  readonly uncertain?: boolean;
  /** Milliseconds since 1970, each the first or the last that counts. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly metadata?: readonly (readonly [key: string, value: string])[];
}

export interface ReelPlace {
  readonly createdAtMs: number;
  readonly id: string;
}

export interface ListedReel extends ReelPlace {
  /** Noted as being made: `status`, failure and credits may be others by now, and whoever lists it looks. */
  readonly isOpen: boolean;
  /** Unset where it cannot be read: whoever needs it asks for it, and gets the fault. */
  readonly kept?: {
    readonly order?: ReelHead;
    /** There from the first activity of its run on. */
    readonly record?: ReelRecord;
  };
}

export interface SeenReel {
  readonly status: ReelStatus;
  readonly failureCode?: string;
  readonly uncertain: number;
}

export type ListColumns = Pick<Tables['reels'], (typeof LIST_COLUMNS)[number]>;

export const LIST_COLUMNS = [
  'client',
  'created_at_ms',
  'is_open',
  'status',
  'model',
  'failure_code',
  'uncertain',
  'event_date',
  'search',
  'workflow_id',
] as const satisfies readonly (keyof Tables['reels'])[];

/** Of a reel that is erased. */
export const NO_COLUMNS = Object.fromEntries(LIST_COLUMNS.map((name) => [name, null])) as Record<
  (typeof LIST_COLUMNS)[number],
  null
>;

/**
 * The one place that says what of a reel can be asked for. The record of a run that was refused repeats what somebody typed into
 * Temporal: whatever that is, it can be written down.
 */
export function listColumns({ workflowId, head, state }: ReelRecord): ListColumns {
  const request: Readonly<Record<string, unknown>> = { ...(head.request as object | undefined) };
  const createdAtMs = Date.parse(head.createdAt);
  return {
    client: head.client,
    created_at_ms: Number.isSafeInteger(createdAtMs) ? createdAtMs : 0,
    is_open: isTerminal(state.status) ? 0 : 1,
    status: state.status,
    model: textOf(request['model']) ?? null,
    failure_code: state.failure?.code ?? null,
    uncertain: state.credits.uncertain,
    event_date: textOf(request['date']) ?? null,
    search: searchText(textOf(request['title']), textOf(request['promptText'])),
    workflow_id: workflowId,
  };
}

/** PostgreSQL keeps no NUL. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replaceAll('\0', '') : undefined;
}

/** The pairs of a request by which it is found. */
export function pairsOf({ request }: ReelHead): { key: string; value: string }[] {
  const { metadata } = { ...(request as Partial<ReelRequest> | undefined) };
  if (typeof metadata !== 'object' || metadata === null) return [];
  return Object.entries(metadata as Readonly<Record<string, unknown>>).flatMap(([name, content]) => {
    const [key, value] = [textOf(name), textOf(content)];
    return key === undefined || value === undefined ? [] : { key, value };
  });
}

/** Notes the pairs of a request, which never change. */
export async function keepPairs(transaction: Transaction<Tables>, head: ReelHead): Promise<void> {
  const pairs = pairsOf(head);
  if (pairs.length === 0) return;
  await transaction
    .insertInto('reel_metadata')
    .values(pairs.map((pair) => ({ reel_id: head.id, ...pair })))
    .onConflict((conflict) => conflict.columns(['reel_id', 'key']).doNothing())
    .execute();
}

/** A task that is under way is polled more often than this. */
const POLLED_WITHIN_MS = 600_000;

type Reels = ExpressionBuilder<Tables, 'reels'>;
type Condition = Expression<SqlBool>;

/** A claim on a generation of this reel, of these kinds of answer; null: no answer. */
function hasClaim(reel: Reels, answers?: readonly (string | null)[]): Condition {
  let claims = reel.selectFrom('claims').select('claims.reel_id').whereRef('claims.reel_id', '=', 'reels.id');
  if (answers) {
    claims = claims
      .where('claims.kind', '=', 'claimed')
      .where((claim) =>
        claim.or(answers.map((kind) => claim('claims.answer_kind', kind === null ? 'is' : '=', kind))),
      );
  }
  return reel.exists(claims);
}

/** Whether no poll of a task of this reel was noted of late. */
function isUnpolled(reel: Reels): Condition {
  return reel.not(
    reel.exists(
      reel
        .selectFrom('polls')
        .select('polls.reel_id')
        .whereRef('polls.reel_id', '=', 'reels.id')
        .where('polls.at_ms', '>', Date.now() - POLLED_WITHIN_MS),
    ),
  );
}

/** Its end may be noted at this moment: of a task that is polled it is not yet. */
function mayHaveEnded(reel: Reels): Condition {
  return reel.and([reel('reels.is_open', '=', 1), isUnpolled(reel)]);
}

/**
 * Reels that may have this status. Of an open one the status is not noted, but what it has to be for it: before it has a claim
 * it is queued at most; a decision is about a claim without an answer, or a finished task, which nobody polls.
 */
function mayBe(reel: Reels, status: ReelStatus): Condition {
  const isOpen = reel('reels.is_open', '=', 1);
  switch (status) {
    case 'queued':
      return reel.and([isOpen, reel.not(hasClaim(reel))]);
    case 'in_progress':
      return isOpen;
    case 'needs_decision':
      return reel.and([
        isOpen,
        reel.or([
          hasClaim(reel, [null, 'unknown']),
          reel.and([hasClaim(reel, ['created']), isUnpolled(reel)]),
        ]),
      ]);
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return reel.or([
        reel.and([reel('reels.is_open', '=', 0), reel('reels.status', '=', status)]),
        mayHaveEnded(reel),
      ]);
  }
}

export function createReelLists({ db }: Pick<Sql, 'db'>): ReelLists {
  return {
    listReels: (query) =>
      inDatabase('list reels', async () => {
        const { client, limit, after, text = '', status, model, failureCode, runwayTaskId } = query;
        const { uncertain = false, fromMs, toMs, metadata = [] } = query;
        let reels = db
          .selectFrom('reels')
          .select(['reels.id', 'reels.created_at_ms', 'reels.is_open', 'reels.ordered', 'reels.record'])
          .where('reels.client', '=', client)
          .where('reels.tombstone', 'is', null)
          // Noted as ended without an end: it was never started.
          .where((reel) =>
            reel.or([
              reel('reels.is_open', '=', 1),
              reel('reels.status', 'in', ['succeeded', 'failed', 'cancelled']),
            ]),
          );
        if (after) {
          reels = reels.where((reel) =>
            reel.or([
              reel('reels.created_at_ms', '<', after.createdAtMs),
              reel.and([
                reel('reels.created_at_ms', '=', after.createdAtMs),
                reel('reels.id', '<', after.id),
              ]),
            ]),
          );
          // Said once more for the index.
          reels = reels.where('reels.created_at_ms', '<=', after.createdAtMs);
        }
        for (const word of searchWords(text)) reels = reels.where('reels.search', 'like', `%${word}%`);
        if (status) reels = reels.where((reel) => mayBe(reel, status));
        if (model !== undefined) reels = reels.where('reels.model', '=', model);
        if (failureCode !== undefined) {
          reels = reels.where((reel) =>
            reel.or([reel('reels.failure_code', '=', failureCode), mayHaveEnded(reel)]),
          );
        }
        if (uncertain) {
          reels = reels.where((reel) =>
            reel.or([reel('reels.is_open', '=', 1), reel('reels.uncertain', '>', 0)]),
          );
        }
        if (fromMs !== undefined) reels = reels.where('reels.created_at_ms', '>=', fromMs);
        if (toMs !== undefined) reels = reels.where('reels.created_at_ms', '<=', toMs);
        if (runwayTaskId !== undefined) {
          reels = reels.where((reel) =>
            reel.or(
              (['claims', 'adopted_tasks'] as const).map((table) =>
                reel(
                  'reels.id',
                  'in',
                  reel
                    .selectFrom(table)
                    .select(`${table}.reel_id`)
                    .where(`${table}.runway_task_id`, '=', runwayTaskId),
                ),
              ),
            ),
          );
        }
        for (const [key, value] of metadata) {
          reels = reels.where((reel) =>
            reel(
              'reels.id',
              'in',
              reel
                .selectFrom('reel_metadata')
                .select('reel_metadata.reel_id')
                .where('reel_metadata.key', '=', key)
                .where('reel_metadata.value', '=', value),
            ),
          );
        }
        const rows = await reels
          .orderBy('reels.created_at_ms', 'desc')
          .orderBy('reels.id', 'desc')
          .limit(limit)
          .execute();
        return rows.map(({ id, created_at_ms, is_open, ordered, record }) => ({
          id,
          createdAtMs: created_at_ms ?? 0,
          isOpen: is_open === 1,
          ...keptIn(id, ordered, record),
        }));
      }),

    countOpenReels: (client) =>
      inDatabase('count the reels that are being made', async () => {
        const { reels } = await db
          .selectFrom('reels')
          .select((reel) => reel.fn.countAll<number | string>().as('reels'))
          .where('client', '=', client)
          .where('is_open', '=', 1)
          .where('tombstone', 'is', null)
          .executeTakeFirstOrThrow();
        return Number(reels);
      }),

    async findChanged(runs) {
      const found: string[] = [];
      for (let from = 0; from < runs.length; from += AT_ONCE) {
        const some = runs.slice(from, from + AT_ONCE);
        const isOpen = new Map(some.map((run) => [run.workflowId, run.isOpen]));
        const rows = await inDatabase('find reels by their workflows', () =>
          db
            .selectFrom('reels')
            .select(['id', 'workflow_id', 'is_open'])
            .where('workflow_id', 'in', [...isOpen.keys()])
            .where('tombstone', 'is', null)
            .execute(),
        );
        const changed = rows.filter((row) => isOpen.get(row.workflow_id ?? '') !== (row.is_open === 1));
        found.push(...changed.map(({ id }) => id));
      }
      return found;
    },

    listOpen: (after, limit) =>
      inDatabase('list the reels that are being made', async () => {
        const rows = await db
          .selectFrom('reels')
          .select('id')
          .where('is_open', '=', 1)
          .where('tombstone', 'is', null)
          .where('id', '>', after)
          .orderBy('id')
          .limit(limit)
          .execute();
        return rows.map(({ id }) => id);
      }),

    async noteSeen(id, seen) {
      const isOpen = seen !== undefined && !isTerminal(seen.status);
      await inDatabase(`note what became of reel ${id}`, () =>
        db
          .updateTable('reels')
          .set(
            seen
              ? {
                  is_open: isOpen ? 1 : 0,
                  status: seen.status,
                  failure_code: seen.failureCode ?? null,
                  uncertain: seen.uncertain,
                }
              : { is_open: 0 },
          )
          .where('id', '=', id)
          .where('client', 'is not', null)
          .where('tombstone', 'is', null)
          .$if(!seen, (reel) => reel.where('record', 'is', null))
          .execute(),
      );
    },

    takeTurn: (task, { nowMs, everyMs }) =>
      inDatabase(`take a turn of ${task}`, async () => {
        const key = `${task}_at_ms`;
        const [at, due] = [nowMs, nowMs - everyMs].map(fixedDigits) as [string, string];
        const taken = await db
          .insertInto('meta')
          .values({ key, value: at })
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet({ value: at }).where('meta.value', '<=', due),
          )
          .returning('key')
          .executeTakeFirst();
        if (!taken) {
          // A time in the future is another machine's clock, or one that was set back.
          await db
            .updateTable('meta')
            .set({ value: at })
            .where('key', '=', key)
            .where('value', '>', fixedDigits(nowMs + everyMs))
            .execute();
          return undefined;
        }
        const row = await db
          .selectFrom('meta')
          .select('value')
          .where('key', '=', `${task}_note`)
          .executeTakeFirst();
        return { ...(row && { note: row.value }) };
      }),

    async keepTurn(task, note) {
      await inDatabase(`keep a turn of ${task}`, () =>
        db
          .insertInto('meta')
          .values({ key: `${task}_note`, value: note })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: note }))
          .execute(),
      );
    },
  };
}

function keptIn(id: string, ordered: string | null, record: string | null): Pick<ListedReel, 'kept'> {
  try {
    return {
      kept: {
        ...(ordered !== null && { order: parseOrder(ordered, id) }),
        ...(record !== null && { record: parseRecord(record, id) }),
      },
    };
  } catch (error) {
    if (!(error instanceof StorageError && error.code === 'bad_record')) throw error;
    return {};
  }
}

/** Parameters of one statement. */
const AT_ONCE = 200;

/** Texts of times that are ordered as the times are. */
const fixedDigits = (ms: number) => String(Math.max(0, Math.trunc(ms))).padStart(15, '0');
