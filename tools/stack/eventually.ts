import { setTimeout as sleep } from 'node:timers/promises';

/** After so long a thing hangs. How fast it is no test says: a busy machine is no failure. */
export const HANGS_AFTER_MS = 180_000;

/**
 * Looks until `look` gives something, and returns it: soon at first, then every half second, as what looks on takes its
 * share of the machine. Fails with `what`.
 *
 * @param withinMs only for those who go on without it, and let others judge what it means
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = HANGS_AFTER_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.3, 500)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs / 1_000} s in vain: ${what}`);
    await sleep(pauseMs);
  }
}
