import { inParallel } from '../in-parallel';
import { fact, type Result } from '../result';
import { withStack } from '../stack';
import { quantile } from '../statistics';
import { waitUntil } from '../wait-until';

const REELS = 200;
const CLIENTS = 8;

/** How fast reels are accepted, and how many this machine makes when Runway costs no time. */
export async function throughput(env: NodeJS.ProcessEnv): Promise<Result[]> {
  const options = { env, simulator: { taskSeconds: 0.4 }, settings: { POLL_INTERVAL: '100ms' } };
  return withStack(options, async (stack) => {
    const begin = Date.now();
    const answerTimes = await inParallel(REELS, CLIENTS, async (index) => {
      const sentAt = Date.now();
      await stack.order(`Reel ${index}`);
      return Date.now() - sentAt;
    });
    const acceptedAfter = (Date.now() - begin) / 1_000;
    await waitUntil(
      'all reels are made',
      async () => (await stack.client.workflow.count('ExecutionStatus = "Completed"')).count === REELS,
      180_000,
      200,
    );
    const madeAfter = (Date.now() - begin) / 1_000;
    return [
      fact(`reels accepted (202), ${CLIENTS} clients`, REELS / acceptedAfter, { unit: 'a second' }),
      fact('… time to the answer, median', quantile(answerTimes, 0.5), { unit: 'ms', decimals: 0 }),
      fact('… 95 of 100', quantile(answerTimes, 0.95), { unit: 'ms', decimals: 0 }),
      fact(`reels made from POST to file, ${REELS} at once`, (REELS / madeAfter) * 60, {
        unit: 'a minute',
        decimals: 0,
      }),
    ];
  });
}
