/** Full disks, a database that somebody else holds locked, and files that a crash left behind. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { partPathOf } from '../../../src/platform/files/part-files';
import { eventually } from '../../stack/eventually';
import type { Fault } from './faults';
import type { Cell, Expected } from './run-cell';
import type { Stack } from '../stack';
import { stepNamed } from './steps';

const WELL: Expected = { posts: 1, ends: ['succeeded'] };
const FULL_MS = 5_000;

export function fullDiskCells(): Cell[] {
  const cells = (fault: Fault, steps: readonly string[]): Cell[] =>
    steps.map((name) => ({ step: stepNamed(name), fault, expected: WELL, smallDisks: true }));
  return [
    ...cells(full('DATA_DIR', ['files']), [
      'POST parsed',
      'start sent',
      'submit to be scheduled',
      'bytes leaving',
      'task created',
      'between polls',
      'terminal status seen',
      'download begun',
      'download half way',
      'to be closed',
    ]),
    ...cells(full('Temporal’s database', ['temporal']), [
      'start sent',
      'submit to be scheduled',
      'task created',
      'result to be recorded',
      'between polls',
      'file in its place',
      'to be closed',
    ]),
    ...cells(full('DATA_DIR and Temporal’s database', ['files', 'temporal']), [
      'POST parsed',
      'task created',
      'download half way',
    ]),
  ];
}

function full(what: string, names: readonly ('files' | 'temporal')[]): Fault {
  return {
    name: `disk of ${what}: full for ${FULL_MS / 1_000} s`,
    async strike(stack) {
      const disks = names.map((name) => {
        const disk = stack.disks?.[name];
        if (!disk) throw new Error('this stack has no small disks');
        return disk;
      });
      for (const disk of disks) disk.fill();
      return async () => {
        await new Promise((resolve) => setTimeout(resolve, FULL_MS));
        for (const disk of disks) disk.free();
        // As whoever looks after it would: `npm start`, or a container that is started again.
        if (!stack.temporal.isRunning) stack.temporal.start();
      };
    },
  };
}

/** Longer than a statement waits for it. */
const LOCKED_MS = 20_000;

/** As a program would that somebody opened the file with: reading goes on, and nothing can be written. */
export function lockedCells(): Cell[] {
  const locked: Fault = {
    name: `database: locked by another program for ${LOCKED_MS / 1_000} s`,
    strike(stack) {
      const database = new DatabaseSync(path.join(stack.dataDir, 'simulated', 'reels.db'), {
        timeout: 10_000,
      });
      database.exec('begin immediate');
      return Promise.resolve(async () => {
        await new Promise((resolve) => setTimeout(resolve, LOCKED_MS));
        database.close();
      });
    },
  };
  return [
    'POST parsed',
    'submit to be scheduled',
    'bytes leaving',
    'task created',
    'between polls',
    'terminal status seen',
    'to be closed',
  ].map((step) => ({ step: stepNamed(step), fault: locked, expected: WELL }));
}

export function leftoverCells(): Cell[] {
  const reelFile = (name: string) => (stack: Stack, id: string) =>
    path.join(stack.dataDir, 'simulated/reels', id, name);
  return [
    ['terminal status seen', 'video', reelFile('generation-1.mp4')],
    ['download half way', 'video', reelFile('generation-1.mp4')],
  ].map(([step, what, at]) => ({
    step: stepNamed(step as string),
    fault: leftover(what as string, at as ReturnType<typeof reelFile>),
    expected: WELL,
  }));
}

/** What a process that was killed in the middle of a write leaves. */
function leftover(what: string, place: (stack: Stack, id: string) => string): Fault {
  return {
    name: `a part of a ${what}, left by a process that died`,
    async strike(stack, reelId) {
      const file = place(stack, await eventually('the 202', reelId));
      const { pid: dead } = spawnSync('true');
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(partPathOf(file).replace(`-${process.pid}-`, `-${dead}-`), 'half of wh');
    },
  };
}
