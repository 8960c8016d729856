/**
 * Claims: the fence around every paid POST.
 *
 * The n-th claim on a generation is one row, inserted once and durably before a byte leaves. Its answer is written into it
 * before the sender returns. Later callers find out what became of the generation from the rows alone: none ever names a
 * sender that could still begin to send, because inserting a row (as a claim or as `void`) makes every other insert of it fail.
 */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Counters } from '../contract/schemas/findings';
import { StorageError } from '../platform/files/disk-fault';
import { parseJson } from './json';
import { checkedId } from './reel-id';
import { inDatabase, requireSound, type Sql } from './sql';
import type { Tables } from './tables';

export interface Claims {
  /**
   * Creates claim `number` for this sender.
   *
   * @returns false when it exists already (claimed or void): the caller must not send.
   * @throws StorageError `disk` when it could not be made durable: the caller must not send.
   */
  claim(key: ClaimKey, claim: ClaimEntry): Promise<boolean>;
  /** Creates claim `number` as void: from then on nobody can send under it. False when it exists already. */
  voidClaim(key: ClaimKey): Promise<boolean>;
  /**
   * Writes the answer into an existing claim, durably. A task ID is never overwritten, and counts whatever stood there.
   *
   * @throws StorageError `disk` where there is no such claim.
   */
  answer(key: ClaimKey, answer: ClaimAnswer): Promise<void>;
  /**
   * The claim as it stands; undefined when it does not exist. Of several answers a task ID counts first, else the latest.
   */
  read(key: ClaimKey): Promise<ClaimState | undefined>;
  /** All claims of a reel, in no order. */
  list(reelId: string): Promise<ClaimKey[]>;
  /**
   * Binds a Runway task that is to be adopted to one generation, for good: of several callers, in whatever process, the
   * first one gets it.
   *
   * @returns the generation that has it; undefined when that cannot be read any more (it belongs to some generation).
   * @throws StorageError `disk` when it could not be made durable: it must not be relied on.
   */
  takeTask(runwayTaskId: string, generation: TaskOwner): Promise<TaskOwner | undefined>;
  /** Gives back a task that was taken, and then was not written into the claim. */
  releaseTask(runwayTaskId: string): Promise<void>;
}

/** The generation that a task belongs to. */
export type TaskOwner = Pick<ClaimKey, 'reelId' | 'generation'>;

export interface ClaimKey {
  readonly reelId: string;
  readonly generation: number;
  /** From 1. The next one is used only after the earlier ones are void or hold a refusal. */
  readonly number: number;
}

export interface ClaimEntry {
  readonly claimedAt: string;
  /** Nobody starts to send under this claim after this time: a paused process checks it when it wakes up. */
  readonly sendBefore: string;
  /** No live sender is still waiting for an answer after this time. */
  readonly answerBefore: string;
  /** The sender, for the operator: host, process, Temporal run and attempt. */
  readonly sender: string;
  /** Runway's counters right before, where they could be read: evidence, should the answer be lost. */
  readonly before?: Counters;
}

export type ClaimAnswer =
  | {
      readonly kind: 'created';
      readonly at: string;
      readonly runwayTaskId: string;
      readonly estimatedCredits?: number;
      readonly requestId?: string;
    }
  /** Runway answered that it took nothing, or the request provably never left. */
  | { readonly kind: 'refused'; readonly at: string; readonly failure: unknown }
  /** The sender itself does not know. */
  | { readonly kind: 'unknown'; readonly at: string; readonly failure: unknown };

export type ClaimState =
  | { readonly kind: 'void' }
  | { readonly kind: 'claimed'; readonly entry: ClaimEntry; readonly answer?: ClaimAnswer };

const times = { claimedAt: z.string(), sendBefore: z.string(), answerBefore: z.string() };
const entryShape = z.object({
  ...times,
  sender: z.string(),
  // Evidence only: an unreadable one must not make the claim unreadable.
  before: z
    .object({ creditBalance: z.number().optional(), dailyGenerations: z.number().optional() })
    .optional()
    .catch(undefined),
});
const answerShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('created'),
    at: z.string(),
    runwayTaskId: z.string().min(1),
    estimatedCredits: z.number().optional(),
    // For people only: an unreadable one must not cost the task ID.
    requestId: z.string().optional().catch(undefined),
  }),
  z.object({ kind: z.literal('refused'), at: z.string(), failure: z.unknown().default(null) }),
  z.object({ kind: z.literal('unknown'), at: z.string(), failure: z.unknown().default(null) }),
]);

export function createClaims(opened: Pick<Sql, 'db' | 'isDamaged' | 'place'>): Claims {
  const { db } = opened;

  /** Whoever lost the answer to an insert inserts once more, and finds its own token: the row is its own. */
  async function insert(key: ClaimKey, kind: 'claimed' | 'void', entry?: ClaimEntry): Promise<boolean> {
    const columns = columnsOf(key);
    requireSound(opened);
    const token = randomUUID();
    return inDatabase(`keep claim ${describeKey(key)}`, async () => {
      const made = await db
        .insertInto('claims')
        .values({ ...columns, kind, token, entry: entry ? JSON.stringify(entry) : null })
        .onConflict((conflict) => conflict.columns(['reel_id', 'generation', 'number']).doNothing())
        .returning('token')
        .executeTakeFirst();
      const stands = made ?? (await row(key));
      return stands?.token === token;
    }).catch(async (error: unknown) => {
      await withdraw(key, token);
      throw error;
    });
  }

  /**
   * The claim may stand all the same, or may be made yet (its insert is still on the way), but its maker was told that it does
   * not, and sends nothing. Nobody else could send under it, hence void is the truth, and takes its place; a bare claim would
   * have to be asked about. Where this fails too, it stays bare: a question too many, no payment.
   */
  async function withdraw(key: ClaimKey, token: string): Promise<void> {
    await db
      .insertInto('claims')
      .values({ ...columnsOf(key), kind: 'void', token, entry: null })
      .onConflict((conflict) =>
        conflict
          .columns(['reel_id', 'generation', 'number'])
          .doUpdateSet({ kind: 'void' })
          .where('claims.token', '=', token),
      )
      .execute()
      .catch(() => undefined);
  }

  const row = ({ reelId, generation, number }: ClaimKey) =>
    db
      .selectFrom('claims')
      .selectAll()
      .where('reel_id', '=', reelId)
      .where('generation', '=', generation)
      .where('number', '=', number)
      .executeTakeFirst();

  const ownerOf = (runwayTaskId: string) =>
    db
      .selectFrom('adopted_tasks')
      .select(['reel_id', 'generation'])
      .where('runway_task_id', '=', runwayTaskId)
      .executeTakeFirst();

  return {
    claim: (key, entry) => insert(key, 'claimed', entry),
    voidClaim: (key) => insert(key, 'void'),

    async answer(key, answer) {
      const what = `keep the answer to claim ${describeKey(key)}`;
      const created = answer.kind === 'created' ? answer.runwayTaskId : null;
      await inDatabase(what, async () => {
        const written = await db
          .updateTable('claims')
          .set({
            answer: JSON.stringify(answer),
            answer_kind: answer.kind,
            runway_task_id: created,
            // It is a fact, also where the claim was taken for withdrawn.
            ...(created !== null && { kind: 'claimed' }),
          })
          .where('reel_id', '=', key.reelId)
          .where('generation', '=', key.generation)
          .where('number', '=', key.number)
          .where('runway_task_id', 'is', null)
          .executeTakeFirst();
        if (written.numUpdatedRows === 0n && !(await row(key))) {
          throw new StorageError('disk', `Could not ${what}: there is no such claim.`);
        }
      });
    },

    async read(key) {
      columnsOf(key);
      const found = await inDatabase(`read claim ${describeKey(key)}`, () => row(key));
      return found && stateOf(found);
    },

    async list(reelId) {
      const rows = await inDatabase(`list the claims of reel ${reelId}`, () =>
        db.selectFrom('claims').select(['generation', 'number']).where('reel_id', '=', reelId).execute(),
      );
      return rows.map(({ generation, number }) => ({ reelId, generation, number }));
    },

    takeTask: (runwayTaskId, { reelId, generation }) =>
      inDatabase(`keep whose the task ${runwayTaskId} is`, async () => {
        const earlier = await ownerOf(hashedTask(runwayTaskId));
        if (earlier) return earlier.reel_id === '' ? undefined : taskOwner(earlier);
        await db
          .insertInto('adopted_tasks')
          .values({ runway_task_id: runwayTaskId, reel_id: reelId, generation })
          .onConflict((conflict) => conflict.column('runway_task_id').doNothing())
          .execute();
        const owner = await ownerOf(runwayTaskId);
        return owner && taskOwner(owner);
      }),

    async releaseTask(runwayTaskId) {
      await inDatabase(`give back the task ${runwayTaskId}`, () =>
        db
          .deleteFrom('adopted_tasks')
          .where('runway_task_id', 'in', [runwayTaskId, hashedTask(runwayTaskId)])
          .execute(),
      );
    },
  };
}

/** How a task stands in `adopted_tasks` that 0.1.0 adopted, which kept only the hash of its ID. */
export function hashedTask(runwayTaskId: string): string {
  return `sha256:${createHash('sha256').update(runwayTaskId).digest('hex')}`;
}

function taskOwner({ reel_id, generation }: { reel_id: string; generation: number }): TaskOwner {
  return { reelId: reel_id, generation };
}

/** @throws StorageError `not_found` for what cannot be the name of a claim. */
function columnsOf({ reelId, generation, number }: ClaimKey) {
  for (const count of [generation, number]) {
    if (Number.isSafeInteger(count) && count >= 1) continue;
    throw new StorageError('not_found', `${count} is no number of a claim: they count from 1.`);
  }
  return { reel_id: checkedId(reelId), generation, number };
}

/** An entry or an answer that cannot be read counts as not written; the row is a claim all the same. */
function stateOf(row: Pick<Tables['claims'], 'kind' | 'entry' | 'answer' | 'runway_task_id'>): ClaimState {
  if (row.kind === 'void') return { kind: 'void' };
  const entry = entryShape.safeParse(parseJson(row.entry)).data ?? UNREADABLE;
  const { data } = answerShape.safeParse(parseJson(row.answer));
  const answer =
    data ??
    (row.runway_task_id === null
      ? undefined
      : { kind: 'created' as const, at: UNREADABLE.claimedAt, runwayTaskId: row.runway_task_id });
  return { kind: 'claimed', entry, ...(answer && { answer }) };
}

/** Of a claim that its maker withdrew, and that has a task all the same. */
const UNREADABLE: ClaimEntry = {
  claimedAt: new Date(0).toISOString(),
  sendBefore: new Date(0).toISOString(),
  answerBefore: new Date(0).toISOString(),
  sender: 'unknown (the claim cannot be read)',
};

function describeKey({ reelId, generation, number }: ClaimKey): string {
  return `${generation}.${number} of reel ${reelId}`;
}
