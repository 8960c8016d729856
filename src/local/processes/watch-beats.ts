import type { Beat } from '../../platform/event-loop-watch';
import { isStopped, type ProcessIdentity } from './process-identity';

const TICK_MS = 500;

export interface BeatWatch {
  heard(beat: Beat): void;
  stop(): void;
}

/**
 * Waits for the beats of a child. It looks after those that cannot do so from within (`event-loop-watch-thread.ts`), and
 * counts ticks in the same way: when this process was asleep, the child is given its time.
 *
 * @param onSilence called once, when a child that has sent beats has sent none for `limitMs`. One that was stopped, or
 *   that a debugger holds, may be silent.
 */
export function watchBeats(child: ProcessIdentity, limitMs: number, onSilence: () => void): BeatWatch {
  let silentMs: number | undefined;

  const ticking = setInterval(() => {
    if (silentMs === undefined) return;
    silentMs += TICK_MS;
    if (silentMs < limitMs) return;
    if (isStopped(child)) {
      silentMs = 0;
      return;
    }
    clearInterval(ticking);
    onSilence();
  }, TICK_MS);
  ticking.unref();

  return {
    heard: ({ beat }) => void (silentMs = beat === 'running' ? 0 : undefined),
    stop: () => clearInterval(ticking),
  };
}
