import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/**
 * Looks until `look` gives something, and returns it. A look that rejects has found nothing.
 *
 * @throws Error naming `what` after `withinMs`, with the reason of the last rejection.
 */
export async function waitUntil<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinMs = 60_000,
  everyMs = LOOK_EVERY_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let reason = '';
  for (;;) {
    const found = await look().catch((error: unknown) => {
      reason = ` (${error instanceof Error ? error.message : String(error)})`;
      return undefined;
    });
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs / 1_000} s in vain: ${what}${reason}`);
    await sleep(everyMs);
  }
}
