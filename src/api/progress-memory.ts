/** Reels whose progress is remembered; the oldest is forgotten first. */
const CAPACITY = 10_000;

/**
 * Keeps what people see from falling: between two activities of a generation nothing in Temporal tells how
 * far it is, and heartbeat details may be older than what was shown before.
 */
export function createProgressMemory(): (reelId: string, generation: number, progress?: number) => number {
  const seen = new Map<string, { generation: number; progress: number }>();
  return (reelId, generation, progress = 0) => {
    const last = seen.get(reelId);
    const highest = last?.generation === generation ? Math.max(last.progress, progress) : progress;
    seen.delete(reelId);
    if (highest > 0) seen.set(reelId, { generation, progress: highest });
    const [oldest] = seen.size > CAPACITY ? seen.keys() : [];
    if (oldest !== undefined) seen.delete(oldest);
    return highest;
  };
}
