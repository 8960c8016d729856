import { isTerminal } from '../../contract/reel';
import { tombstoneOf } from '../reels/view/deleted-reel';
import type { ApiDeps } from '../deps';
import { reelId } from '../reels/order/idempotency';
import type { ReelFinder } from '../reels/view/reel-finder';
import type { ReelView } from '../reels/view/reel-view';
import type { Order, StartedReel, StartReel } from '../reels/order/start-reel';

/** The same request within this time gets a video that no caller has received: as long as its link is valid. */
const UNCLAIMED_MS = 24 * 3_600_000;
/** A double click, or a proxy that sends a request again, comes within this time after the answer. */
const ANSWERED_MS = 60_000;
/** The most answered reels that are remembered; the oldest is dropped first. */
const CAPACITY = 10_000;

export interface Joining {
  /** The reel that a request of the old front end belongs to: one that is there, or a new one. */
  join(order: Omit<Order, 'key'>): Promise<StartedReel>;
  /** A caller has received the end of this reel. */
  answered(id: string): void;
}

/**
 * The old front end sends no idempotency key. One is made from the request and a number, which goes up by one when the
 * reel before has ended and its caller has the answer: two clicks at once, even on two processes, are one reel, and the same
 * text next week is another one.
 */
export function createJoining(
  { backend, storage, now = () => new Date() }: Pick<ApiDeps, 'backend' | 'storage' | 'now'>,
  finder: ReelFinder,
  startReel: StartReel,
): Joining {
  const answeredAt = new Map<string, number>();

  /** After a restart nobody knows what was answered: then a reel counts as unanswered, which costs nothing. */
  function isOpen({ id, status, credits, finishedAt = '' }: ReelView): boolean {
    if (!isTerminal(status)) return true;
    // It failed before anything was spent: the next try may go well.
    if (credits.charged + credits.uncertain === 0) return false;
    const answered = answeredAt.get(id);
    const until = answered === undefined ? Date.parse(finishedAt) + UNCLAIMED_MS : answered + ANSWERED_MS;
    return now().getTime() < until;
  }

  return {
    async join(order) {
      // No header can have a line break: a key of /v1 is never one of these.
      const keyOf = (number: number) => `legacy\n${order.bodyHash}\n${number}`;
      const find = async (number: number) => {
        const id = reelId({ client: order.client, key: keyOf(number), backend });
        // A deleted reel keeps its number: nothing is ever ordered under it again.
        return (await finder.find(id)) ?? ((await tombstoneOf(storage, id)) && 'deleted');
      };
      const last = await lastOf(find);
      if (last.found && last.found !== 'deleted' && isOpen(last.found)) {
        return { isNew: false, view: last.found };
      }
      return startReel({ ...order, key: keyOf(last.number + 1) });
    },

    answered(id) {
      if (answeredAt.has(id)) return;
      answeredAt.set(id, now().getTime());
      const [oldest] = answeredAt.size > CAPACITY ? answeredAt.keys() : [];
      if (oldest !== undefined) answeredAt.delete(oldest);
    },
  };
}

/** Finds the last of things that are numbered from 1 without gaps, by doubling, then halving, the step. */
export async function lastOf<T>(
  find: (number: number) => Promise<T | undefined>,
): Promise<{ readonly number: number; readonly found?: T }> {
  let last: { number: number; found?: T } = { number: 0 };
  let step = 1;
  const goes = async () => {
    const number = last.number + step;
    const found = await find(number);
    if (found !== undefined) last = { number, found };
    return found !== undefined;
  };
  while (await goes()) step *= 2;
  while (step > 1) {
    step /= 2;
    await goes();
  }
  return last;
}
