import { setTimeout as sleep } from 'node:timers/promises';

/** After so long a thing hangs. How fast it is no test says: a busy machine is no failure. */
export const HANGS_AFTER_MS = 180_000;

type Found<T> = T | undefined | false;

/**
 * Looks until `look` gives something, and returns it: soon at first, then every half second, as what looks on takes its
 * share of the machine. Fails with `what`.
 *
 * @param withinMs only for those who go on without it, and let others judge what it means
 * @param everyMs for those who measure when it came
 */
export async function eventually<T>(
  what: string,
  look: () => Found<T> | Promise<Found<T>>,
  withinMs = HANGS_AFTER_MS,
  everyMs?: number,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (let pauseMs = everyMs ?? 20; ; pauseMs = everyMs ?? Math.min(pauseMs * 1.3, 500)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs / 1_000} s in vain: ${what}`);
    await sleep(pauseMs);
  }
}

/** The same, where a look that rejects has found nothing: the reason of the last one is told. */
export async function waitUntil<T>(
  what: string,
  look: () => Promise<Found<T>>,
  withinMs = 60_000,
  everyMs = 50,
): Promise<T> {
  let reason = '';
  const tolerant = () =>
    look().catch((error: unknown) => {
      reason = ` (${error instanceof Error ? error.message : String(error)})`;
      return undefined;
    });
  return eventually(what, tolerant, withinMs, everyMs).catch((error: Error) => {
    throw new Error(`${error.message}${reason}`);
  });
}
