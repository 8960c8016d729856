/**
 * Cells that begin with the real build of release 0.1.0 and go on with today's, over the same DATA_DIR and the same
 * database of Temporal.
 */
import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../stack/eventually';
import { commandOf } from '../../stack/build';
import type { Fault } from '../cells/faults';
import type { Cell } from '../cells/run-cell';
import type { Stack } from '../stack';
import { STEPS } from '../cells/steps';
import { abandon, type Wait, WAIT_SETTINGS, WAITS } from './upgrade-steps';

/** Of the stack that these cells run on. */
export const UPGRADE_SETTINGS = WAIT_SETTINGS;

/** @param release the folder of the release's build. */
export function upgradeCells(release: string): Cell[] {
  const all: Wait[] = [...STEPS.map((step) => ({ step })), ...WAITS];
  const begun = ({ after = abandon, ...cell }: Wait, fault: Fault): Cell => ({
    ...cell,
    fault: followedBy(fault, after),
    prepare: (stack) => begin(stack, release),
  });
  return [
    ...[KILLED, ALL_KILLED, TERMINATED, ROLLING, WORKER_FIRST, API_FIRST].flatMap((fault) =>
      all.map((wait) => begun(wait, fault)),
    ),
    ...all.filter(({ step }) => LOSABLE.includes(step.name)).map((wait) => begun(wait, DATABASE_LOST)),
  ];
}

async function begin(stack: Stack, build: string): Promise<void> {
  const children = [stack.other, stack.worker, stack.api];
  await Promise.all(children.map((child) => child.end()));
  // What the cell before has moved is closed to the release.
  rmSync(path.join(stack.dataDir, 'simulated'), { recursive: true, force: true });
  install(stack, build, 'worker', 'api');
}

function install(stack: Stack, build: string, ...names: ('worker' | 'api' | 'other')[]): void {
  for (const name of names) stack[name].command = commandOf(build, name === 'api' ? 'api' : 'worker');
}

/** Ends these with a signal, and begins them again with today's build. */
async function replace(stack: Stack, signal: NodeJS.Signals, ...names: ('worker' | 'api')[]): Promise<void> {
  await Promise.all(names.map((name) => stack[name].end(signal)));
  install(stack, stack.build, ...names);
  for (const name of names) stack[name].start();
}

const KILLED: Fault = {
  name: '0.1.0: kill -9, and today’s goes on',
  strike: (stack) => replace(stack, 'SIGKILL', 'worker', 'api'),
};

const ALL_KILLED: Fault = {
  name: '0.1.0 and Temporal: kill -9, and today’s goes on',
  async strike(stack) {
    await stack.temporal.end('SIGKILL');
    await Promise.all([stack.worker.end(), stack.api.end()]);
    stack.temporal.start();
    await replace(stack, 'SIGKILL', 'worker', 'api');
  },
};

const TERMINATED: Fault = {
  name: '0.1.0: SIGTERM, and today’s goes on',
  // It may wait for the very step that stands still.
  strike: async (stack) => () => replace(stack, 'SIGTERM', 'worker', 'api'),
};

const ROLLING: Fault = {
  name: 'rolling: today’s worker beside that of 0.1.0, which then ends; then the API',
  async strike(stack) {
    install(stack, stack.build, 'other');
    stack.other.start();
    await polls(stack);
    return async () => {
      await replace(stack, 'SIGTERM', 'worker');
      await replace(stack, 'SIGTERM', 'api');
    };
  },
};

const WORKER_FIRST: Fault = {
  name: 'only the worker is upgraded, with kill -9',
  strike: (stack) => replace(stack, 'SIGKILL', 'worker'),
};

const API_FIRST: Fault = {
  name: 'only the API is upgraded, with kill -9',
  strike: (stack) => replace(stack, 'SIGKILL', 'api'),
};

/** Once the submit is answered, nothing that storage does not know is lost with the database. */
const LOSABLE = [
  'submit to be scheduled',
  'answer received',
  'between polls',
  'download half way',
  'stored in history',
  'waiting_to_retry',
  'waiting_for_quota',
];

const DATABASE_LOST: Fault = {
  name: '0.1.0: kill -9, the database is lost, and today’s resumes',
  repeats: true,
  async strike(stack) {
    await Promise.all([stack.worker, stack.api, stack.temporal].map((child) => child.end('SIGKILL')));
    for (const file of readdirSync(stack.dataDir)) {
      if (file.startsWith('temporal.db')) rmSync(path.join(stack.dataDir, file));
    }
    stack.temporal.start();
    await stack.temporalReady();
    const [program, main] = commandOf(stack.build, 'resume');
    await promisify(execFile)(program, [main], { env: { ...stack.worker.env } });
    await replace(stack, 'SIGKILL', 'worker', 'api');
  },
};

/** Waits until the second worker asks Temporal for work: each names its process. */
async function polls({ client, other }: Stack): Promise<void> {
  await eventually('the second worker', async () => {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: 'reels' },
      taskQueueType: 'TASK_QUEUE_TYPE_WORKFLOW' as never,
    });
    return pollers?.some(({ identity }) => identity?.startsWith(`${other.pid}@`)) ?? false;
  });
}

/** The fault, and what somebody does about the reel, if it asks, once the service is there again. */
function followedBy(fault: Fault, after: NonNullable<Wait['after']>): Fault {
  return {
    ...fault,
    async strike(stack, reelId) {
      const later = await fault.strike(stack, reelId);
      return async () => {
        await later?.();
        await stack.ready();
        await after(stack, reelId() ?? '');
      };
    },
  };
}
