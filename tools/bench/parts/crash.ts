import { eventTimeMs } from '../../stack/history';
import { inParallel } from '../in-parallel';
import { atLeast, atMost, fact, type Result } from '../result';
import { type Stack, withStack } from '../stack';
import { gaps, quantile } from '../statistics';
import { waitUntil } from '../../stack/eventually';

const TRIES = 10;
const WAITING = 5;
const HEARTBEAT_TIMEOUT_S = 5;
const RESUMED_WITHIN_S = HEARTBEAT_TIMEOUT_S + 2;
const STEP_WITHIN_S = 4;
const STEP_AFTER_TEMPORAL_WITHIN_S = 3;
const SECONDS = { unit: 's', decimals: 2 };

/** kill -9 of the worker and of Temporal, with a new one at once: how soon workflows step on and waits poll again. */
export async function crash(env: NodeJS.ProcessEnv): Promise<Result[]> {
  const settings = { POLL_INTERVAL: '5s', HEARTBEAT_TIMEOUT: `${HEARTBEAT_TIMEOUT_S}s` };
  return withStack({ env, simulator: { taskSeconds: 12 }, settings }, async (stack) => {
    await inParallel(WAITING, WAITING, (index) => stack.order(`Waiting ${index} #pending-forever`));
    const steps: number[] = [];
    const resumed: number[] = [];
    for (let number = 0; number < TRIES; number += 1) {
      // A fresh one each time: its workflow is in the memory of the worker that dies, which is the slow case.
      const stepping = await orderUntilSubmitted(stack, `Stepping ${number} #pending-forever`);
      await waitUntil('all wait', async () =>
        (await pollsOfWaiting(stack)).every((polls) => polls.length > 0),
      );
      const killedAt = await stack.replaceWorker();
      await stack.cancel(stepping);
      steps.push(((await firstStepAfterCancel(stack, stepping)) - killedAt) / 1_000);
      const next = await waitUntil('every wait goes on', () => firstPollsAfter(stack, killedAt), 60_000, 200);
      resumed.push(...next.map((at) => (at - killedAt) / 1_000));
    }
    const afterTemporal: number[] = [];
    for (let number = 0; number < TRIES; number += 1) {
      const stepping = await orderUntilSubmitted(stack, `Stepping after Temporal ${number} #pending-forever`);
      const returnedAt = await stack.replaceTemporal();
      await stack.cancel(stepping);
      afterTemporal.push(((await firstStepAfterCancel(stack, stepping)) - returnedAt) / 1_000);
    }
    const spacings = (await pollsOfWaiting(stack)).flatMap(gaps);
    return [
      fact(
        `kill -9 of the worker: next step of a workflow, median of ${TRIES}`,
        quantile(steps, 0.5),
        SECONDS,
      ),
      atMost('… 95 of 100', quantile(steps, 0.95), STEP_WITHIN_S, SECONDS),
      fact(
        `… next poll of a wait, HEARTBEAT_TIMEOUT ${HEARTBEAT_TIMEOUT_S} s, median of ${resumed.length}`,
        quantile(resumed, 0.5),
        SECONDS,
      ),
      atMost('… 95 of 100', quantile(resumed, 0.95), RESUMED_WITHIN_S, SECONDS),
      atLeast('… smallest distance of two polls of one task', Math.min(...spacings) / 1_000, 5, {
        unit: 's',
        decimals: 3,
      }),
      fact(
        `kill -9 of Temporal: next step after its return, median of ${TRIES}`,
        quantile(afterTemporal, 0.5),
        SECONDS,
      ),
      atMost('… 95 of 100', quantile(afterTemporal, 0.95), STEP_AFTER_TEMPORAL_WITHIN_S, SECONDS),
    ];
  });
}

async function orderUntilSubmitted(stack: Stack, prompt: string): Promise<string> {
  const { id } = await stack.order(prompt);
  await waitUntil('it is submitted', async () => (await stack.reel(id)).generations[0]?.runwayTaskId);
  return id;
}

/** When the workflow first did something about the cancellation, in milliseconds since 1970. */
async function firstStepAfterCancel(stack: Stack, id: string): Promise<number> {
  const handle = stack.handle(id);
  await handle.result().catch(() => undefined);
  const { events } = await handle.fetchHistory();
  const asked = events?.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes) ?? -1;
  const step = events?.slice(asked).find((event) => event.workflowTaskCompletedEventAttributes);
  return eventTimeMs(step?.eventTime);
}

async function pollsOfWaiting(stack: Stack): Promise<number[][]> {
  const { tasks } = await stack.ledger();
  return tasks
    .filter(({ request }) => String(request.promptText).startsWith('Waiting'))
    .map(({ polls }) => polls.map(({ at }) => Date.parse(at)));
}

/** Undefined until each of them has polled again. */
async function firstPollsAfter(stack: Stack, time: number): Promise<number[] | undefined> {
  const first = (await pollsOfWaiting(stack)).map((polls) => polls.find((at) => at > time));
  return first.every((at) => at !== undefined) && first.length === WAITING ? (first as number[]) : undefined;
}
