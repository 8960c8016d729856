import { setTimeout as sleep } from 'node:timers/promises';
import { always } from '../../../src/simulator/scenarios/scenario';
import { startSimulator } from '../../../src/simulator/server';
import { eventTimeMs } from '../../stack/history';
import { atLeast, atMost, fact, type Result } from '../result';
import { type Stack, withStack } from '../stack';
import { gaps, mean, quantile } from '../statistics';
import { waitUntil } from '../../stack/eventually';

const REELS = 40;
const STARTS_OVER_MS = 15_000;
/** Two rounds of polls long, so that tasks end at every moment between two polls. */
const SHORTEST_S = 14;
const LONGEST_S = 25;
const SECONDS = { unit: 's', decimals: 2 };

/** How long a reel takes from the end of its task at Runway to `succeeded`, at Runway's own pace of polls. */
export async function lag(env: NodeJS.ProcessEnv): Promise<Result[]> {
  const lengths = Array.from(
    { length: REELS },
    (_, index) => SHORTEST_S + ((LONGEST_S - SHORTEST_S) * (index + Math.random())) / REELS,
  );
  const lengthOf = (prompt: unknown): number =>
    lengths[Number(/^Reel (\d+)$/.exec(String(prompt))?.[1])] ?? NaN;
  const simulator = await startSimulator({
    taskSeconds: 1,
    scenarioFor: ({ promptText }) => ({
      about: 'each task has a length of its own',
      lives: always({ pending: 0, running: lengthOf(promptText) }),
    }),
  });
  try {
    const options = { env, simulator: { url: simulator.url }, settings: { POLL_INTERVAL: '5s' } };
    return await withStack(options, async (stack) => {
      const reels = await Promise.all(lengths.map((_, index) => makeReel(stack, `Reel ${index}`)));
      const tasks = new Map(simulator.ledger().tasks.map((task) => [task.id, task]));
      const times = reels.map(({ runwayTaskId, succeededAt }) => {
        const task = tasks.get(runwayTaskId);
        if (!task) throw new Error(`the simulator does not know the task ${runwayTaskId}`);
        const endedAt = Date.parse(task.createdAt) + lengthOf(task.request.promptText) * 1_000;
        // The poll that saw the end; a read for a fresh URL follows it.
        const last = task.polls.findIndex(({ answer }) => answer === 'SUCCEEDED');
        const polls = task.polls.slice(0, last + 1).map(({ at }) => Date.parse(at));
        const seenAt = polls.at(-1) ?? NaN;
        return {
          lag: (succeededAt - endedAt) / 1_000,
          unseen: (seenAt - endedAt) / 1_000,
          work: (succeededAt - seenAt) / 1_000,
          spacings: gaps(polls),
        };
      });
      const events = reels.map((reel) => reel.events);
      const lags = times.map((time) => time.lag);
      return [
        atMost(
          'history events of a plain reel that succeeded',
          // A workflow task that a busy machine takes up too late adds three to some.
          quantile(events, 0.5),
          45,
          { unit: 'events', decimals: 0 },
        ),
        atMost(`from finished at Runway to succeeded, average of ${REELS}`, mean(lags), 3.5, SECONDS),
        fact('… median', quantile(lags, 0.5), SECONDS),
        fact('… 95 of 100', quantile(lags, 0.95), SECONDS),
        fact('… longest', Math.max(...lags), SECONDS),
        fact('… of it until the next poll, average', mean(times.map(({ unseen }) => unseen)), SECONDS),
        fact('… of it download, checks and records, average', mean(times.map(({ work }) => work)), SECONDS),
        atLeast(
          'smallest distance of two polls of one task',
          Math.min(...times.flatMap(({ spacings }) => spacings)) / 1_000,
          5,
          { unit: 's', decimals: 3 },
        ),
      ];
    });
  } finally {
    await simulator.close();
  }
}

async function makeReel(stack: Stack, prompt: string) {
  await sleep(Math.random() * STARTS_OVER_MS);
  const { id } = await stack.order(prompt);
  await sleep(SHORTEST_S * 1_000);
  const reel = await waitUntil(
    `${prompt} succeeds`,
    async () => {
      const now = await stack.reel(id);
      return now.status === 'succeeded' && now;
    },
    60_000,
    500,
  );
  const handle = stack.handle(id);
  await handle.result();
  const { events = [] } = await handle.fetchHistory();
  // The API shows the end from the moment of the last change of the memo.
  const shown = events?.filter((event) => event.workflowPropertiesModifiedEventAttributes).at(-1);
  return {
    runwayTaskId: reel.generations[0]?.runwayTaskId ?? '',
    succeededAt: eventTimeMs(shown?.eventTime),
    events: events?.length ?? NaN,
  };
}
