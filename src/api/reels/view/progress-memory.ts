import type { ReelView } from './reel-view';

/** Reels whose progress is remembered; the oldest is forgotten first. */
const CAPACITY = 10_000;

type Seen = Pick<ReelView, 'id' | 'generations' | 'progress'>;

/**
 * How far the latest generation is: 1 when it is made, 0 when it ended otherwise, so that every process says the same of
 * it, also after a restart. While it is under way, what people see is kept from falling: between two of its activities
 * nothing in Temporal tells how far it is, and heartbeat details may be older than what was shown before.
 */
export function createProgressMemory(): (view: Seen) => number {
  const seen = new Map<string, { generation: number; progress: number }>();
  return ({ id, generations, progress = 0 }) => {
    const last = seen.get(id);
    seen.delete(id);
    const { number: generation = 0, status = 'submitting' } = generations.at(-1) ?? {};
    if (progress === 1 || status === 'succeeded') return 1;
    if (status !== 'submitting' && status !== 'submitted') return 0;
    const highest = last?.generation === generation ? Math.max(last.progress, progress) : progress;
    if (highest > 0) seen.set(id, { generation, progress: highest });
    const [oldest] = seen.size > CAPACITY ? seen.keys() : [];
    if (oldest !== undefined) seen.delete(oldest);
    return highest;
  };
}
