import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../stack/child';
import { inParallel } from '../in-parallel';
import { processUsage } from '../process-usage';
import { atLeast, atMost, fact, type Result } from '../result';
import { type Stack, withStack } from '../stack';
import { gaps, quantile } from '../statistics';
import { waitUntil } from '../../stack/eventually';

const REELS = 500;
const WINDOW_MS = 60_000;
/** Reels whose history is looked at. */
const SAMPLE = 25;

/** One worker process holds many reels that wait for Runway. */
export async function waits(env: NodeJS.ProcessEnv): Promise<Result[]> {
  return withStack(
    { env, simulator: { taskSeconds: 12 }, settings: { POLL_INTERVAL: '5s' } },
    async (stack) => {
      const ids = await inParallel(
        REELS,
        8,
        async (index) => (await stack.order(`Reel ${index} #pending-forever`)).id,
      );
      await waitUntil('every task has been polled', () => everyTaskPolled(stack), 180_000, 1_000);

      const sample = ids.slice(0, SAMPLE);
      const eventsBefore = await historyEvents(stack, sample);
      const before = await look(stack);
      await sleep(WINDOW_MS);
      const after = await look(stack);
      const eventsAfter = await historyEvents(stack, sample);

      const seconds = (after.at - before.at) / 1_000;
      const spacings = after.polls.flatMap(gaps);
      const cores = { unit: 'of a core', decimals: 3 };
      return [
        atMost(`memory of one worker with ${REELS} reels in flight`, after.worker.peakMegabytes, 600, {
          unit: 'MB',
          decimals: 0,
        }),
        fact(
          'CPU of the worker meanwhile',
          (after.worker.cpuSeconds - before.worker.cpuSeconds) / seconds,
          cores,
        ),
        fact(
          'CPU of the Temporal server meanwhile',
          (after.temporal.cpuSeconds - before.temporal.cpuSeconds) / seconds,
          cores,
        ),
        fact('polls of Runway', (count(after.polls) - count(before.polls)) / seconds, { unit: 'a second' }),
        atLeast('smallest distance of two polls of one task', Math.min(...spacings) / 1_000, 5, {
          unit: 's',
          decimals: 3,
        }),
        fact('history events of a reel that waits', quantile(eventsAfter, 0.5), {
          unit: 'events',
          decimals: 0,
        }),
        atMost(
          `events that ${WINDOW_MS / 1_000} s of waiting add to it`,
          Math.max(...eventsAfter.map((events, index) => events - (eventsBefore[index] ?? Number.NaN))),
          0,
          { unit: 'events', decimals: 0 },
        ),
      ];
    },
  );
}

async function everyTaskPolled(stack: Stack): Promise<boolean> {
  const { tasks } = await stack.ledger();
  return tasks.length === REELS && tasks.every(({ polls }) => polls.length > 0);
}

async function historyEvents(stack: Stack, ids: readonly string[]): Promise<number[]> {
  return inParallel(ids.length, 4, async (index) => {
    return (await stack.handle(ids[index] ?? '').describe()).historyLength;
  });
}

async function look(stack: Stack) {
  const { tasks } = await stack.ledger();
  const usage = ({ pid }: Child) => processUsage(pid ?? Number.NaN);
  return {
    at: Date.now(),
    worker: usage(stack.worker),
    temporal: usage(stack.temporal),
    polls: tasks.map(({ polls }) => polls.map(({ at }) => Date.parse(at))),
  };
}

function count(polls: readonly (readonly unknown[])[]): number {
  return polls.reduce((sum, ofOne) => sum + ofOne.length, 0);
}
