/** The tables. Times are milliseconds since 1970, or ISO texts where they are only passed on; JSON is text. */
import type { Generated } from 'kysely';

export interface Tables {
  /** Facts about the database itself: its ID, the version of its schema, the key that signs links. */
  meta: { key: string; value: string };

  /** One row for each reel, from its order on; of a deleted one the tombstone stays. */
  reels: {
    id: string;
    /** The head as it was ordered over HTTP; unset for a reel that was started elsewhere. */
    ordered: string | null;
    /** The record: written when the reel is accepted, and at its end. */
    record: string | null;
    deletion: string | null;
    tombstone: string | null;

    /** What lists ask for (`reel-lists.ts`). Unset of a reel that is erased. */
    client: string | null;
    created_at_ms: number | null;
    /** 1: it is being made, as far as that is noted; 0: it has ended, or was never started. */
    is_open: number | null;
    /** Of a reel that is being made: as it was accepted. */
    status: string | null;
    model: string | null;
    failure_code: string | null;
    /** Credits. */
    uncertain: number | null;
    event_date: string | null;
    /** Title and prompt, as `domain/search-text.ts` makes it. */
    search: string | null;
    workflow_id: string | null;
  };
  /** The pairs of each request that has some. */
  reel_metadata: { reel_id: string; key: string; value: string };

  /** The fence around paid requests: a row is inserted once, whoever comes. */
  claims: {
    reel_id: string;
    generation: number;
    number: number;
    /** `claimed` or `void`. */
    kind: string;
    /** Whose insert it was: a writer that lost the answer knows its own row by it. */
    token: string;
    /** What the sender noted about itself. */
    entry: string | null;
    /** `created`, `refused` or `unknown`, and the whole of it. */
    answer_kind: string | null;
    answer: string | null;
    runway_task_id: string | null;
  };

  /** Runway tasks that were adopted, and by which generation; of those of 0.1.0 only the hash is known (`hashedTask`). */
  adopted_tasks: { runway_task_id: string; reel_id: string; generation: number };

  /** What each generation may cost and did cost, in credits. */
  spending: {
    reel_id: string;
    generation: number;
    /** Of the reservation, which may come after the settlement. */
    at_ms: number | null;
    at: string | null;
    /** Unset for a reservation of 0.1.0 that could not be read: it counts for every client, as the greatest one. */
    client: string | null;
    model: string | null;
    reserved: number | null;
    machine_id: string | null;
    machine_at_ms: number | null;
    settled_at: string | null;
    charged: number | null;
    uncertain: number | null;
  };

  polls: { reel_id: string; generation: number; at_ms: number };
  remakes: { number: Generated<number>; reel_id: string; made_as: string };
  image_uses: { image: string; reel_id: string };
  events: { reel_id: string; id: string; event: string };
  ended_sessions: { id: string; expires_at_ms: number };
}
