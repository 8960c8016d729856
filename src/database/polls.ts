import { inDatabase, type Sql } from './sql';

export interface Polls {
  /**
   * Takes a turn to poll the task of a generation, if it is due. All workers share the turns, so that a frozen worker and
   * its successor keep the distance, too. (A turn may be forgotten in a power cut: no poller survives one.)
   *
   * @returns 0 when the poll may go out now; else the milliseconds to wait before asking again.
   */
  takePollTurn(args: { reelId: string; generation: number; spacingMs: number }): Promise<number>;
  /** The task has ended and is not polled again. */
  forgetPolls(reelId: string, generation: number): Promise<void>;
}

export function createPolls({ loose: db }: Pick<Sql, 'loose'>): Polls {
  return {
    takePollTurn: ({ reelId, generation, spacingMs }) =>
      inDatabase('note a poll', async () => {
        const now = Date.now();
        const taken = await db
          .insertInto('polls')
          .values({ reel_id: reelId, generation, at_ms: now })
          .onConflict((conflict) =>
            conflict
              .columns(['reel_id', 'generation'])
              .doUpdateSet({ at_ms: now })
              .where('polls.at_ms', '<=', now - spacingMs),
          )
          .returning('at_ms')
          .executeTakeFirst();
        if (taken) return 0;
        const last = await db
          .selectFrom('polls')
          .select('at_ms')
          .where('reel_id', '=', reelId)
          .where('generation', '=', generation)
          .executeTakeFirst();
        // Not the time from before: whoever took the turn meanwhile did not come from the future.
        const seenAt = Date.now();
        const left = last ? last.at_ms + spacingMs - seenAt : 0;
        if (left <= spacingMs) return Math.max(1, left);
        // A time in the future is another machine's clock, or one that was set back: the spacing counts from now.
        await db
          .updateTable('polls')
          .set({ at_ms: seenAt })
          .where('reel_id', '=', reelId)
          .where('generation', '=', generation)
          .where('at_ms', '>', seenAt)
          .execute();
        return spacingMs;
      }),

    async forgetPolls(reelId, generation) {
      await inDatabase('forget the polls of a task', () =>
        db.deleteFrom('polls').where('reel_id', '=', reelId).where('generation', '=', generation).execute(),
      );
    },
  };
}
