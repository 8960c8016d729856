/** No reel costs more than was allowed, and every credit that the vendor charged stands on a reel. */
import fc from 'fast-check';
import type { Scenario, TaskEnd } from '../../src/simulator/scenarios/scenario';
import { problemOf } from '../support/api';
import { Service } from '../support/service';

const failed = (failureCode: string, refunded: boolean): TaskEnd => ({
  status: 'FAILED',
  failure: 'Generation failed: {"code":13,"message":"Internal error. Please try again later."}',
  failureCode,
  refunded,
});
const ENDS: readonly TaskEnd[] = [
  { status: 'SUCCEEDED' },
  { status: 'CANCELLED' },
  failed('INTERNAL', true),
  failed('INTERNAL', false),
  failed('INTERNAL.BAD_OUTPUT.CODE01', true),
  failed('SAFETY.OUTPUT.VIDEO', false),
  failed('THIRD_PARTY.UNAVAILABLE', true),
  failed('NEVER.SEEN', false),
];
const DEFAULT_LIFE = { end: { status: 'SUCCEEDED' } } as const;

test('whatever Runway answers, every reel ends within its maximum, and charges what the books say', async () => {
  const plans = new Map<string, Scenario>();
  const service = await Service.start({
    simulator: {
      taskSeconds: 0.2,
      scenarioFor: ({ promptText }) => plans.get(String(promptText)),
      account: { creditBalance: 1_000_000 },
    },
    policy: { regenerateDelayMs: 50 },
  });
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(...ENDS), { minLength: 1, maxLength: 5 }), {
          minLength: 6,
          maxLength: 6,
        }),
        fc.constantFrom(80, 160, 250, 1_000),
        async (lives, maxCredits) => {
          const run = plans.size;
          const reels = await Promise.all(
            lives.map(async (ends, i) => {
              const promptText = `reel ${run + i}`;
              plans.set(promptText, {
                about: promptText,
                lives: { first: ends.map((end) => ({ end })), then: DEFAULT_LIFE },
              });
              const { id } = await service.order('', { promptText, maxCredits });
              return { promptText, reel: await service.ended(id) };
            }),
          );
          const { posts, tasks } = service.simulator.ledger();
          for (const { promptText, reel } of reels) {
            const ids = posts.filter(({ prompt }) => prompt === promptText).map(({ taskId }) => taskId);
            const charged = tasks
              .filter(({ id }) => ids.includes(id))
              .reduce((sum, { credits }) => sum + credits.charged, 0);
            expect([promptText, reel.credits.charged, reel.credits.uncertain]).toEqual([
              promptText,
              charged,
              0,
            ]);
            expect(charged).toBeLessThanOrEqual(maxCredits);
            expect(reel.generations.map(({ runwayTaskId }) => runwayTaskId)).toEqual(ids);
          }
        },
      ),
      { numRuns: 5 },
    );
  } finally {
    await service.stop();
  }
});

/** A price that is no whole number, of a task that is deleted while it runs: nobody can read its charge. */
const DECIMALS: Scenario = {
  about: 'a price with decimals',
  lives: { first: [], then: { running: 100, progress: 'stuck', priceFactor: 1.005 } },
};

describe('with a service of its own', () => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start({
      simulator: {
        taskSeconds: 3,
        scenarioFor: ({ promptText }) => (promptText === DECIMALS.about ? DECIMALS : undefined),
      },
      dailyMaxCredits: 1_000,
      policy: { stallPatienceMs: 1_500 },
    });
  });
  afterAll(() => service.stop());

  test('a task whose price turns out above what is left is cancelled at once', async () => {
    const reel = await service.make('price-mismatch', { maxCredits: 100 });
    expect(reel).toMatchObject({ status: 'failed', failure: { code: 'price_mismatch' } });
    expect(reel.generations).toHaveLength(1);
    expect(service.tasks('price-mismatch')[0]?.status).toBe('DELETED');
  });

  test('a task whose progress stands still is ended by name, and not made again', async () => {
    const reel = await service.make('stuck');
    expect(reel).toMatchObject({
      status: 'failed',
      failure: { code: 'stalled' },
      credits: { uncertain: 80 },
    });
    expect(service.posts('stuck')).toHaveLength(1);
    expect(service.tasks('stuck')[0]?.status).toBe('DELETED');
  });

  test('a task whose status nobody knows is waited for as long as one that stands still', async () => {
    const reel = await service.make('unknown-status-forever');
    expect(reel).toMatchObject({
      status: 'failed',
      failure: { code: 'stalled', message: expect.stringContaining('"PREPARING"') },
      credits: { uncertain: 80 },
    });
    expect(service.posts('unknown-status-forever')).toHaveLength(1);
    expect(service.tasks('unknown-status-forever')[0]?.status).toBe('DELETED');
  });

  test('a price with decimals is uncertain as it is, and does not end the run', async () => {
    const reel = await service.make('', { promptText: DECIMALS.about });
    expect(reel).toMatchObject({ failure: { code: 'stalled' }, credits: { charged: 0, uncertain: 80.4 } });
    const { searchAttributes } = await service.closed(reel.id);
    expect(searchAttributes['ReelUncertainCredits']).toEqual([81]);
    expect((await service.storage.readRecord(reel.id))?.state.status).toBe('failed');
  });

  test('beyond the daily budget a POST is refused before anything is spent, and says so', async () => {
    const orders = await Promise.all(
      Array.from({ length: 20 }, (_, i) => service.api.post('/v1/reels', { promptText: `budget ${i}` })),
    );
    const accepted = orders.filter(({ status }) => status === 202);
    const refused = orders.filter(({ status }) => status === 429);
    expect(accepted.length + refused.length).toBe(20);
    // What the three reels above may have cost counts as well.
    expect(accepted.length).toBeLessThanOrEqual(12);
    expect(accepted.length).toBeGreaterThan(0);
    const [first] = refused;
    expect(first?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await problemOf(first as Response)).toMatchObject({ code: 'daily_budget_reached' });
    expect(service.simulator.ledger().credits.charged).toBeLessThanOrEqual(1_000);
  });
});
