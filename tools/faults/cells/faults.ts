/** What is done to the service at a step. */
import { commandOf, copyBuild, KEEPS_NO_WORKFLOW } from '../../stack/build';
import type { Child } from '../../stack/child';
import type { Stack } from '../stack';
import path from 'node:path';
import { existsSync } from 'node:fs';

export interface Fault {
  readonly name: string;
  /** Whether it makes the run begin again from an earlier point: a reel under way then goes back with it. */
  readonly repeats?: boolean;
  /** Runs while the step stands still. What must happen later is returned, and runs beside. */
  strike(stack: Stack, reelId: () => string | undefined): Promise<(() => Promise<void>) | void>;
}

/** Longer than every time-out that notices a frozen process. */
const FROZEN_MS = { api: 5_000, worker: 20_000, temporal: 6_000 } as const;
type Name = keyof typeof FROZEN_MS;

export const PROCESS_FAULTS: readonly Fault[] = [
  ...(['api', 'worker', 'temporal'] as const).flatMap((name) => [
    killed(name),
    frozen(name),
    terminated(name),
  ]),
  {
    // It keeps no workflow in memory, so each of its steps replays the whole history. The next time the first is back.
    name: 'worker: another build takes over',
    async strike(stack) {
      await stack.worker.end('SIGKILL');
      const folder = path.join(stack.folder, 'other-build');
      const other = commandOf(folder, 'worker');
      if (!existsSync(folder)) copyBuild(folder, [KEEPS_NO_WORKFLOW]);
      const isOther = stack.worker.command[1] === other[1];
      stack.worker.command = isOther ? stack.other.command : other;
      stack.worker.start();
    },
  },
  {
    name: 'all three: kill -9',
    async strike(stack) {
      const all = [stack.api, stack.worker, stack.temporal];
      await Promise.all(all.map((child) => child.end('SIGKILL')));
      for (const child of all.toReversed()) child.start();
    },
  },
];

function killed(name: Name): Fault {
  return {
    name: `${name}: kill -9`,
    async strike(stack) {
      await stack[name].end('SIGKILL');
      stack[name].start();
    },
  };
}

function terminated(name: Name): Fault {
  return {
    name: `${name}: SIGTERM`,
    async strike(stack) {
      const child: Child = stack[name];
      // It may wait for the very step that stands still, which goes on once the signal is sent.
      return async () => {
        await child.end('SIGTERM');
        child.start();
      };
    },
  };
}

function frozen(name: Name): Fault {
  return {
    name: `${name}: frozen, then awake`,
    async strike(stack) {
      stack[name].signal('SIGSTOP');
      if (name === 'worker') stack.other.start();
      return async () => {
        await new Promise((resolve) => setTimeout(resolve, FROZEN_MS[name]));
        stack[name].signal('SIGCONT');
      };
    },
  };
}
