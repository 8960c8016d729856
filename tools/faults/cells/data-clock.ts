/** A worker whose clock goes wrong in the middle of a reel. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../../stack/eventually';
import type { Fault } from './faults';
import type { Cell } from './run-cell';
import { stepNamed } from './steps';

/** Less than the five minutes after which a receiver of webhooks takes no signature, and more than a reel may take. */
const JUMP_MS = 240_000;

export function clockCells(): Cell[] {
  return [JUMP_MS, -JUMP_MS].flatMap((ms) =>
    ['submit scheduled', 'bytes leaving', 'task created', 'between polls', 'download half way'].map(
      (name) => ({
        step: stepNamed(name),
        fault: clockJump(ms),
        expected: { posts: 1, ends: ['succeeded'], seconds: 60 },
      }),
    ),
  );
}

function clockJump(ms: number): Fault {
  return {
    name: `clock of the worker: ${Math.abs(ms) / 60_000} min ${ms > 0 ? 'fast' : 'slow'} from here on`,
    async strike(stack, reelId) {
      writeFileSync(path.join(stack.folder, 'clock'), String(ms));
      stack.worker.signal('SIGUSR2');
      return async () => {
        const told = () => stack.receiver.of(reelId() ?? '?').some(({ status }) => status === 204);
        await eventually('the end of the reel', told).catch(() => undefined);
        // A process that starts has the right clock.
        await stack.worker.end('SIGKILL');
        stack.worker.start();
      };
    },
  };
}
