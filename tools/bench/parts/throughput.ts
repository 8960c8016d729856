import { inParallel } from '../in-parallel';
import { atMost, fact, type Result } from '../result';
import { withStack } from '../stack';
import { quantile } from '../statistics';
import { waitUntil } from '../../stack/eventually';

const REELS = 200;
const CLIENTS = 8;
const BURST = 1_000;
const BURST_ANSWERED_WITHIN_S = 15;

/** How fast reels are accepted, and how many this machine makes when Runway costs no time. */
export async function throughput(env: NodeJS.ProcessEnv): Promise<Result[]> {
  const settings = {
    POLL_INTERVAL: '100ms',
    CLIENT_REQUESTS_PER_SECOND: String(10 * BURST),
    CLIENT_REELS_IN_FLIGHT: String(10 * BURST),
  };
  const options = { env, simulator: { taskSeconds: 0.4 }, settings };
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
    const burst = await inParallel(BURST, BURST, async (index) => {
      const sentAt = Date.now();
      const answer = await stack.post('/v1/reels', { promptText: `Burst ${index}` });
      // It may be refused.
      const { status } = answer;
      await answer.text();
      return { status, seconds: (Date.now() - sentAt) / 1_000 };
    });
    const slowest = Math.max(...burst.map(({ seconds }) => seconds));
    return [
      fact(`reels accepted (202), ${CLIENTS} clients`, REELS / acceptedAfter, { unit: 'a second' }),
      fact('… time to the answer, median', quantile(answerTimes, 0.5), { unit: 'ms', decimals: 0 }),
      fact('… 95 of 100', quantile(answerTimes, 0.95), { unit: 'ms', decimals: 0 }),
      fact(`reels made from POST to file, ${REELS} at once`, (REELS / madeAfter) * 60, {
        unit: 'a minute',
        decimals: 0,
      }),
      atMost(`${BURST} POSTs at once: the slowest answer`, slowest, BURST_ANSWERED_WITHIN_S, { unit: 's' }),
      fact(
        '… accepted (202); to the others it says when to come again (503)',
        burst.filter(({ status }) => status === 202).length,
        {
          unit: 'reels',
          decimals: 0,
        },
      ),
    ];
  });
}
