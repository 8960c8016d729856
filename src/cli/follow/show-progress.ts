import type { Reel } from '../../contract/schemas/reel';
import type { Terminal } from '../terminal';
import { plain } from '../text/plain';
import { progressLine, progressNote } from '../text/progress-line';

export interface ProgressDisplay {
  update(reel: Reel): void;
  /** Something that is to stay on the screen. */
  say(text: string): void;
  stop(): void;
}

/** Shows how a reel goes on: one line that moves on a screen, else a line for each change. */
export function showProgress({ live, note }: Terminal): ProgressDisplay {
  let current: Reel | undefined;
  if (!live) {
    let last: string | undefined;
    return {
      update(reel) {
        const line = progressNote(plain(reel));
        if (line !== last) note(line);
        last = line;
      },
      say: note,
      stop: () => undefined,
    };
  }
  const [full, empty] = live.unicode ? ['█', '░'] : ['#', '-'];
  const draw = () => {
    if (current) live.draw(progressLine(current, new Date(), { width: live.columns, full, empty }));
  };
  // Clocks go on between two messages of the service.
  const timer = setInterval(draw, 1_000);
  return {
    update(reel) {
      current = plain(reel);
      draw();
    },
    say(text) {
      live.clear();
      note(text);
    },
    stop() {
      clearInterval(timer);
      live.clear();
    },
  };
}
