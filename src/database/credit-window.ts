import type { MachineStart } from '../platform/machine-start';

/** Credits that are spent or set aside, and when that was, in milliseconds. */
export interface Commitment {
  /** Whose clock `atMs` was read from. */
  readonly machine?: MachineStart;
  readonly atMs: number;
  readonly credits: number;
}

export interface NoRoom {
  readonly limit: number;
  /** What is spent or set aside in the window. */
  readonly committed: number;
  /** When the request would fit; absent when it never can. */
  readonly freeAt?: string;
}

/** The budget's: a rolling day. */
export const WINDOW_MS = 86_400_000;
/** Clocks are set right by so much. */
export const CLOCK_SLACK_MS = 300_000;

/**
 * The same by the clock as it is now: what was noted since this machine was started moves with a clock that was set meanwhile, so
 * that it counts for as long as it would have.
 */
export function byClockOf(
  now: MachineStart | undefined,
  commitments: readonly Commitment[],
): readonly Commitment[] {
  return commitments.map((one) => {
    if (now === undefined || one.machine?.id !== now.id) return one;
    const setByMs = now.atMs - one.machine.atMs;
    return Math.abs(setByMs) > CLOCK_SLACK_MS ? { ...one, atMs: one.atMs + setByMs } : one;
  });
}

/** What counts at `atMs`, oldest first, and the sum of its credits. What lies after it counts as well: clocks differ. */
export function inWindow(
  commitments: readonly Commitment[],
  atMs: number,
): { readonly counted: readonly Commitment[]; readonly committed: number } {
  const counted = commitments.filter((one) => one.atMs > atMs - WINDOW_MS).sort((a, b) => a.atMs - b.atMs);
  return { counted, committed: counted.reduce((sum, one) => sum + one.credits, 0) };
}

/**
 * Whether `credits` more, at `atMs`, fit under a limit on every 24 hours. Undefined when they do.
 *
 * What lies after `atMs` counts as well, so the window that holds an entry and any others was checked
 * in full when the last of them was written, and no window whatever passes the limit.
 */
export function noRoom(
  commitments: readonly Commitment[],
  credits: number,
  atMs: number,
  limit: number,
): NoRoom | undefined {
  const { counted, committed } = inWindow(commitments, atMs);
  if (committed + credits <= limit) return undefined;

  let left = committed;
  for (const one of counted) {
    left -= one.credits;
    if (left + credits <= limit)
      return { limit, committed, freeAt: new Date(one.atMs + WINDOW_MS).toISOString() };
  }
  return { limit, committed };
}
