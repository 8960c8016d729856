import type { Transaction } from 'kysely';
import { z } from 'zod';
import { type MachineStart, readMachineStart } from '../platform/machine-start';
import { byClockOf, CLOCK_SLACK_MS, type Commitment, inWindow, noRoom, WINDOW_MS } from './credit-window';
import { holdFact, inDatabase, inTransaction, requireSound, type Sql } from './sql';
import type { Tables } from './tables';

/**
 * What generations may cost and did cost, over all reels and processes: the one place that knows whether the daily budget
 * has room.
 */
export interface CreditLedger {
  /**
   * Sets credits aside for one generation, before each POST for it. Idempotent per reel and generation, and without a
   * race over all processes. A generation that was settled for less, or whose POST comes
   * more than an hour after its credits were set aside, needs room again, as of `at`.
   *
   * @param limits credits that may be spent or set aside in any 24 hours, over all and by this client.
   * @throws StorageError `disk`: nothing is promised then.
   */
  reserve(entry: Reservation, limits: CreditLimits): Promise<Reserved>;
  /**
   * What the generation cost in the end: the rest is free again, as of the time of its reservation. Idempotent; the
   * last word wins. Without a reservation it counts nowhere until one comes.
   */
  settle(
    reelId: string,
    generation: number,
    end: { readonly charged: number; readonly uncertain: number; readonly at: string },
  ): Promise<void>;
  /**
   * Credits that are spent or set aside in the 24 hours before `at`, over all clients or of one: what a reservation
   * for a new generation would find.
   */
  committed(at: Date, client?: string): Promise<number>;
  /** What stands of one generation; undefined when nothing was set aside for it. */
  find(reelId: string, generation: number): Promise<LedgerEntry | undefined>;
  /** Entries whose credits were set aside at or after `since`, oldest first. */
  list(since: Date): Promise<LedgerEntry[]>;
}

/** Credits that may be spent or set aside in any 24 hours. */
export interface CreditLimits {
  readonly total?: number;
  readonly client?: number;
}

export type Reserved =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Whose limit it is: that on all reels, or the client's own. */
      readonly of: 'all' | 'client';
      readonly limit: number;
      /** Credits of other generations, spent or set aside in the last 24 hours. */
      readonly committed: number;
      /** When this request would fit; absent when it never can. */
      readonly freeAt?: string;
    };

export interface Reservation {
  readonly reelId: string;
  readonly generation: number;
  readonly client: string;
  readonly model: string;
  /** The most that the generation may cost. */
  readonly credits: number;
  readonly at: string;
}

export interface LedgerEntry {
  readonly at: string;
  readonly reelId: string;
  readonly generation: number;
  readonly client: string;
  readonly model: string;
  readonly reserved: number;
  readonly settled?: { readonly at: string; readonly charged: number; readonly uncertain: number };
}

/** How long a reservation stands for a POST to come; a later one moves it to its own time, so that it counts there. */
const FRESH_MS = 3_600_000;

const credits = z.number().nonnegative();
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time');
const generation = z.number().int().positive();
/** Amounts that are none would pass every comparison with a limit. */
const reservation = z.looseObject({ generation, credits, at: time });
const settlement = z.object({ generation, charged: credits, uncertain: credits, at: time });

type Row = Tables['spending'];

/** What `reserve` does, as a part of a transaction. */
export type Reserve = (
  transaction: Transaction<Tables>,
  entry: Reservation,
  limits: CreditLimits,
) => Promise<Reserved>;

export function createCredits(
  opened: Sql,
  machineStart: () => MachineStart | undefined = readMachineStart,
): { readonly ledger: CreditLedger; readonly reserve: Reserve } {
  const { db } = opened;

  const reserve: Reserve = async (transaction, asked, limits) => {
    reservation.parse(asked);
    requireSound(opened);
    // Whoever asks at the same time waits here, and sees what this one has taken.
    await holdFact(opened, transaction, 'budget');
    const machine = machineStart();
    const atMs = Date.parse(asked.at);
    const own = await transaction
      .selectFrom('spending')
      .selectAll()
      .where('reel_id', '=', asked.reelId)
      .where('generation', '=', asked.generation)
      .executeTakeFirst();
    const held = own ? creditsOf(own) : 0;
    const stands = own?.at_ms !== null && own?.at_ms !== undefined && own.at_ms >= atMs - FRESH_MS;
    if (stands && held >= asked.credits) return { ok: true };

    // Also what was settled for less: it may be submitted again. At most one task exists for a generation.
    const wanted = Math.max(asked.credits, held);
    const others = (await counted(transaction, atMs, machine)).filter(
      (row) => row.reel_id !== asked.reelId || row.generation !== asked.generation,
    );
    for (const [of, limit] of [
      ['all', limits.total],
      ['client', limits.client],
    ] as const) {
      if (limit === undefined) continue;
      const full = noRoom(
        commitments(others, machine, of === 'client' ? asked.client : undefined, wanted),
        wanted,
        atMs,
        limit,
      );
      if (full) return { ok: false, of, ...full };
    }
    const row = {
      at: asked.at,
      at_ms: atMs,
      client: asked.client,
      model: asked.model,
      reserved: wanted,
      machine_id: machine?.id ?? null,
      machine_at_ms: machine?.atMs ?? null,
      settled_at: null,
      charged: null,
      uncertain: null,
    };
    await transaction
      .insertInto('spending')
      .values({ reel_id: asked.reelId, generation: asked.generation, ...row })
      .onConflict((conflict) => conflict.columns(['reel_id', 'generation']).doUpdateSet(row))
      .execute();
    return { ok: true };
  };

  const ledger: CreditLedger = {
    reserve: (entry, limits) =>
      inTransaction(opened, 'set credits aside', (transaction) => reserve(transaction, entry, limits)),

    async settle(reelId, number, end) {
      settlement.parse({ generation: number, ...end });
      const row = { settled_at: end.at, charged: end.charged, uncertain: end.uncertain };
      await inDatabase('note what a generation cost', async () => {
        const known = await find(reelId, number);
        if (known?.charged === end.charged && known.uncertain === end.uncertain) return;
        await db
          .insertInto('spending')
          .values({ reel_id: reelId, generation: number, ...row })
          .onConflict((conflict) => conflict.columns(['reel_id', 'generation']).doUpdateSet(row))
          .execute();
      });
    },

    committed: (at, client) =>
      inDatabase('read what was spent', async () => {
        const machine = machineStart();
        const rows = await counted(db, at.getTime(), machine);
        return inWindow(commitments(rows, machine, client), at.getTime()).committed;
      }),

    find: (reelId, number) =>
      inDatabase('read what was spent', async () => {
        const found = await find(reelId, number);
        return found && entryOf(found);
      }),

    list: (since) =>
      inDatabase('read what was spent', async () => {
        const rows = await db
          .selectFrom('spending')
          .selectAll()
          .where('at_ms', '>=', since.getTime())
          .orderBy('at_ms')
          .execute();
        return rows.flatMap((row) => entryOf(row) ?? []);
      }),
  };

  const find = (reelId: string, number: number) =>
    db
      .selectFrom('spending')
      .selectAll()
      .where('reel_id', '=', reelId)
      .where('generation', '=', number)
      .executeTakeFirst();

  return { ledger, reserve };
}

/** What may count at `atMs`: by its time, or because this machine's clock was set since it was noted. */
function counted(
  db: Pick<Sql['db'], 'selectFrom'>,
  atMs: number,
  machine: MachineStart | undefined,
): Promise<Row[]> {
  return db
    .selectFrom('spending')
    .selectAll()
    .where((row) => {
      const recent = row('at_ms', '>', atMs - WINDOW_MS);
      if (!machine) return recent;
      const clockWasSet = row.or([
        row('machine_at_ms', '<', machine.atMs - CLOCK_SLACK_MS),
        row('machine_at_ms', '>', machine.atMs + CLOCK_SLACK_MS),
      ]);
      return row.or([recent, row.and([row('machine_id', '=', machine.id), clockWasSet])]);
    })
    .execute();
}

function commitments(
  rows: readonly Row[],
  machine: MachineStart | undefined,
  client: string | undefined,
  asked = 0,
): readonly Commitment[] {
  const greatest = rows.reduce((most, { reserved }) => Math.max(most, reserved ?? 0), asked);
  const own = rows.flatMap((row): Commitment[] => {
    if (row.at_ms === null) return [];
    // One that could not be read may be of any client, and as great as any.
    if (row.client === null) return [{ atMs: row.at_ms, credits: greatest }];
    if (client !== undefined && row.client !== client) return [];
    const { machine_id: id, machine_at_ms: startMs } = row;
    const of = id === null || startMs === null ? undefined : { id, atMs: startMs };
    return [{ atMs: row.at_ms, credits: creditsOf(row), ...(of && { machine: of }) }];
  });
  return byClockOf(machine, own);
}

/** What a generation counts for: all that was set aside, until it is known what it cost. */
function creditsOf({ reserved, charged, uncertain }: Row): number {
  return charged === null ? (reserved ?? 0) : charged + (uncertain ?? 0);
}

/** @returns undefined where nothing was set aside. */
function entryOf(row: Row): LedgerEntry | undefined {
  const { at, client, reserved, settled_at: settledAt, charged } = row;
  if (at === null || reserved === null || client === null) return undefined;
  return {
    at,
    reelId: row.reel_id,
    generation: row.generation,
    client,
    model: row.model ?? '',
    reserved,
    ...(settledAt !== null &&
      charged !== null && { settled: { at: settledAt, charged, uncertain: row.uncertain ?? 0 } }),
  };
}
