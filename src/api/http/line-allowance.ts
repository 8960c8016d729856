import { MINUTE_MS } from '../../contract/duration';
import type { Logger } from 'pino';

const LINES_A_MINUTE = 20;

/** Writes a line, or counts it. */
export type LineAllowance = (kind: string, write: () => void) => void;

/**
 * Writes each kind of line a few times a minute, then one line with the number of those left out. For lines that a caller
 * without a key can cause.
 *
 * `kind` has few values, such as HTTP statuses.
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
