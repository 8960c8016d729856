import { startSimulator } from '../../../src/simulator/server';
import { ApiClient } from '../../stack/api-client';
import { CRAFTED, DRIPPING, type HostileHost, startHostileHost } from '../../stack/hostile-host';
import { inParallel } from '../in-parallel';
import { atMost, fact, type Result } from '../result';
import { type Stack, withStack } from '../stack';
import { quantile } from '../statistics';
import { waitUntil } from '../../stack/eventually';

const DRIPS = 60;
/** More are ordered: each is given up after a minute, and begun anew a little later. */
const DRIPPING_REELS = 75;
const ALL_THERE_WITHIN_MS = 180_000;
const SILENT = 80;
const REELS = 5;
const SUBMITTED_WITHIN_S = 2;
const RATIO = 1.5;
const SECONDS = { unit: 's', decimals: 2 };
const HOSTILE = { name: 'site', secret: 'a-secret-of-the-hostile-one' };
const OTHER = { name: 'app', secret: 'a-secret-of-the-other-one' };
const WEBHOOK_SECRET = `whsec_${Buffer.from('of the hostile client alone').toString('base64')}`;

/** One client's outputs drip or have no end, its receivers never answer: what another client's reels feel of it. */
export async function isolation(env: NodeJS.ProcessEnv): Promise<Result[]> {
  const host = await startHostileHost();
  const simulator = await startSimulator({ taskSeconds: 2, hook: host.hook });
  const settings = {
    POLL_INTERVAL: '1s',
    CLIENT_REQUESTS_PER_SECOND: '1000',
    REEL_API_KEYS: [HOSTILE, OTHER].map(({ name, secret }) => `${name}:${secret}`).join(),
    WEBHOOK_SECRET: `${HOSTILE.name}:${WEBHOOK_SECRET}`,
    WEBHOOK_ALLOW_LOOPBACK: '1',
  };
  try {
    return await withStack({ env, simulator, settings }, async (stack) => {
      const alone = await makeSome(stack);
      await beHostile(stack, host);
      const beside = await makeSome(stack);
      return [
        fact(`a reel of another client alone, from POST to file, median of ${REELS}`, alone.made, SECONDS),
        fact('… beside a crafted file, 60 dripping downloads, 80 silent receivers', beside.made, SECONDS),
        atMost('… as a ratio', beside.made / alone.made, RATIO, { unit: 'times', decimals: 2 }),
        atMost(
          '… from its POST to its submission, the slowest of them',
          beside.slowestSubmit,
          SUBMITTED_WITHIN_S,
          SECONDS,
        ),
      ];
    });
  } finally {
    await host.close();
    await simulator.close();
  }
}

/** Makes reels one after the other. Figures are in seconds. */
async function makeSome(stack: Stack): Promise<{ made: number; slowestSubmit: number }> {
  const other = new ApiClient(stack.url, OTHER.secret);
  const reels = await inParallel(REELS, 1, async (index) => {
    const prompt = `A calm sea ${Date.now()}-${index}`;
    const begin = Date.now();
    const { id } = await other.order(prompt);
    await waitUntil('the reel is made', async () => (await other.reel(id)).status === 'succeeded');
    const made = Date.now();
    const { posts } = await stack.ledger();
    const submitted = Date.parse(posts.find((post) => post.prompt === prompt)?.at ?? '');
    return { made: (made - begin) / 1_000, submit: (submitted - begin) / 1_000 };
  });
  return {
    made: quantile(
      reels.map(({ made }) => made),
      0.5,
    ),
    slowestSubmit: Math.max(...reels.map(({ submit }) => submit)),
  };
}

/** Returns once all of it waits here. */
async function beHostile(stack: Stack, host: HostileHost): Promise<void> {
  const hostile = new ApiClient(stack.url, HOSTILE.secret);
  // Refused by Runway at once: there is an end to tell of, again and again.
  await inParallel(SILENT, 8, (index) =>
    hostile.order(`Refused, the ${index}th #http-400`, { webhookUrl: host.receiver(index) }),
  );
  await hostile.order(`A clip with ${CRAFTED}`);
  await inParallel(DRIPPING_REELS, 8, (index) => hostile.order(`A clip with ${DRIPPING}, the ${index}th`));
  await waitUntil(
    'all downloads drip',
    async () => {
      const { downloads, webhooks } = host.waiting();
      return downloads >= DRIPS && webhooks > 0 && host.seen.craftedFiles > 0;
    },
    ALL_THERE_WITHIN_MS,
  );
}
