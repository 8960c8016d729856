import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../domain/reel';
import type { ReelFinder } from '../reel-finder';
import type { ReelView } from '../reel-view';

const LOOK_EVERY_MS = 1_000;

/** Waits until a reel has ended, needs a person, or `signal` aborts; gives it as it was seen last. */
export type WaitForEnd = (view: ReelView, signal: AbortSignal) => Promise<ReelView>;

export function createWaitForEnd(finder: ReelFinder): WaitForEnd {
  // The time that a request has for its calls to Temporal is far shorter than this wait.
  const outsideOfRequests = AsyncLocalStorage.snapshot();
  return (view, signal) =>
    outsideOfRequests(async () => {
      let seen = view;
      while (!isTerminal(seen.status) && seen.status !== 'needs_decision' && !signal.aborted) {
        await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
        // While Temporal cannot be asked the reel goes on, and so does the wait.
        seen = (await finder.find(view.id).catch(() => undefined)) ?? seen;
      }
      return seen;
    });
}
