/** What reels cost, by day and reel. */
import { z } from 'zod';
import { credits, day, reelId, type Shape, time } from './values';

const creditSums = z.strictObject({
  charged: credits.describe('What Runway said it charged.'),
  refunded: credits.describe('Set aside and not charged in the end.'),
  uncertain: credits.describe('May have been charged, but could not be read.'),
  open: credits.describe('Set aside for generations that have not ended.'),
});
export type CreditSums = Shape<typeof creditSums>;
const sums = creditSums.shape;

const dailyUse = (limit: string) =>
  z.strictObject({
    committed: credits.describe('Spent or set aside.'),
    limit: credits.optional().describe(`${limit}; missing when there is none.`),
  });
export type DailyUse = Shape<ReturnType<typeof dailyUse>>;

export const usage = z
  .strictObject({
    since: time.describe('Beginning of the first day (UTC).'),
    budget: z
      .strictObject({
        all: dailyUse('`DAILY_MAX_CREDITS`').optional().describe('Of all reels, for admins.'),
        own: dailyUse('`KEY_DAILY_MAX_CREDITS` of the key').describe("Of the caller's reels."),
      })
      .describe('The last 24 hours, as a new reel would find them.'),
    total: creditSums,
    days: z
      .array(z.strictObject({ date: day, ...sums }))
      .describe('Latest first; days without any generation are left out.'),
    reels: z
      .array(z.strictObject({ id: reelId, at: time, model: z.string(), ...sums }))
      .describe('Latest first.'),
    clients: z
      .array(z.strictObject({ client: z.string(), ...sums }))
      .optional()
      .describe('With `client=all`.'),
    runway: z
      .strictObject({
        days: z.array(z.strictObject({ date: z.string(), models: z.record(z.string(), z.number()) })),
      })
      .optional()
      .describe(
        "Runway's own figures for the whole account, for admins; missing when Runway did not tell in time.",
      ),
  })
  .meta({ id: 'Usage' });
export type Usage = Shape<typeof usage>;
/** What the last 24 hours cost, against what they may cost. */
export type DailyBudget = Usage['budget'];
/** Net credits by UTC day and model. */
export type RunwayUsage = NonNullable<Usage['runway']>;
