import type { Sql } from './sql';
import { databaseOn } from './database';

/** Whose claims these are, for the operator. */
const SENDER = 'unknown: this database is a copy, and what was submitted after it was made is not in it';

/**
 * Fences the unfinished reels of a copy. A reel may have submitted its next generation after the copy was made; brought back, the
 * copy knows nothing of it, and the reel would be paid for again. So that generation is claimed here by a sender of whom nobody
 * knows what became: the reel asks, as after any lost answer.
 *
 * @param on inside a transaction.
 * @returns how many reels were fenced.
 */
export async function fenceCopy(on: Sql, at: string): Promise<number> {
  const { claims } = databaseOn(on);
  const open = await on.db.selectFrom('reels').select('id').where('is_open', '=', 1).execute();
  for (const { id } of open) {
    const key = { reelId: id, ...(await nextClaim(on, id)) };
    await claims.claim(key, { claimedAt: at, sendBefore: at, answerBefore: at, sender: SENDER });
  }
  return open.length;
}

/** The claim that the reel would make next. Where the last one is bare, that is asked about anyway, and a person decides. */
async function nextClaim(on: Sql, reelId: string): Promise<{ generation: number; number: number }> {
  const last = await on.db
    .selectFrom('claims')
    .select(['generation', 'number', 'answer_kind'])
    .where('reel_id', '=', reelId)
    .orderBy('generation', 'desc')
    .orderBy('number', 'desc')
    .executeTakeFirst();
  if (!last) return { generation: 1, number: 1 };
  if (last.answer_kind === 'created') return { generation: last.generation + 1, number: 1 };
  return { generation: last.generation, number: last.number + 1 };
}
