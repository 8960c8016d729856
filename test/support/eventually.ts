import { setTimeout as sleep } from 'node:timers/promises';

/** Looks every 50 ms until `look` gives something, and returns it. Fails with `what` after `withinMs`. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs / 1_000} s in vain: ${what}`);
    await sleep(50);
  }
}
