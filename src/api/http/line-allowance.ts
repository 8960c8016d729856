import { MINUTE_MS } from '../../contract/duration';
import type { Logger } from 'pino';

const LINES_A_MINUTE = 20;

/** Writes a line, or counts it. */
export type LineAllowance = (kind: string, write: () => void) => void;

/**
 * Lets each kind of line be written a few times a minute, from its first one on. Then one line says how many were left out. For
 * lines that somebody without a key can cause: a million requests are a few lines.
 *
 * `kind` is one of a number that we bound, as that of statuses is.
 */
export function createLineAllowance(logger: Logger): LineAllowance {
  let seen = new Map<string, number>();

  function tellLeftOut(): void {
    const leftOut = [...seen].flatMap(([kind, count]): [string, number][] =>
      count > LINES_A_MINUTE ? [[kind, count - LINES_A_MINUTE]] : [],
    );
    seen = new Map();
    if (leftOut.length === 0) return;
    logger.warn({ leftOut: Object.fromEntries(leftOut) }, 'more of the same in this minute, without lines');
  }

  return (kind, write) => {
    if (seen.size === 0) setTimeout(tellLeftOut, MINUTE_MS).unref();
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    if (count <= LINES_A_MINUTE) write();
  };
}
