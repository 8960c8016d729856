/** `Prefer: wait=<seconds>` (RFC 7240): the answer may come when the reel is done instead of at once. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { isTerminal } from '../../../contract/reel';
import type { Reel } from '../../../contract/schemas/reel';
import type { ReelWatch } from './watch';

const LONGEST_WAIT_S = 60;

/** The header of a route that may wait for the reel. */
export const PREFER = z.object({
  Prefer: z.string().optional().meta({
    description:
      '`wait=<seconds>`: the answer may come when the reel has ended or needs a decision, after at most 60 s.',
    example: 'wait=30',
  }),
});

/** @returns seconds, at most 60; undefined for a header without a wait that can be understood, which is no error. */
export function parseWait(header: string | undefined): number | undefined {
  for (const preference of (header ?? '').split(',')) {
    const [, seconds] = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference) ?? [];
    if (seconds !== undefined) return Math.min(Number(seconds), LONGEST_WAIT_S);
  }
  return undefined;
}

/** Whether there is nothing left to wait for: the reel has ended, or needs a decision. */
function isSettled({ status }: Pick<Reel, 'status'>): boolean {
  return isTerminal(status) || status === 'needs_decision';
}

/**
 * Waits as long as the caller prefers, and notes in the answer that it did.
 *
 * @returns the reel when it settled, or as it stands when the time is up or the process stops.
 */
export async function waitAsPreferred(
  req: Request,
  res: Response,
  { watch, client, reel }: { watch: ReelWatch; client: string; reel: Reel },
): Promise<Reel> {
  const seconds = parseWait(req.get('prefer'));
  if (seconds === undefined || res.destroyed) return reel;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const settled = await waitForReel(watch, { client, reel, ms: seconds * 1_000, signal: gone.signal });
  if (!settled) return reel;
  res.set('Preference-Applied', `wait=${seconds}`);
  return settled;
}

/**
 * @param signal ends the wait early.
 * @returns the reel when it settled, or as it was seen last; undefined when the client has too many waits already.
 */
export function waitForReel(
  watch: ReelWatch,
  { client, reel, ms, signal }: { client: string; reel: Reel; ms: number; signal?: AbortSignal },
): Promise<Reel | undefined> {
  if (isSettled(reel)) return Promise.resolve(reel);
  return new Promise((resolve) => {
    let last = reel;
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      stop?.();
      resolve(stop && last);
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish);
    const stop = watch.listen(reel.id, client, {
      onSnapshot(snapshot) {
        if (snapshot) last = snapshot.reel;
        if (!snapshot || isSettled(last)) finish();
      },
      end: finish,
    });
    if (!stop || signal?.aborted) finish();
  });
}
