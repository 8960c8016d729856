/** What the service found when it looked at the Runway account and at the status page. */
import { z } from 'zod';
import { count, type Shape, time } from './values';

export const refused = z
  .int()
  .optional()
  .describe('Set when Runway refused to show the account: the HTTP status it answered with.');

/** From `GET /v1/organization`. */
export const accountFinding = z
  .strictObject({
    creditBalance: z.number().optional(),
    dailyGenerations: count.optional().describe('Generations with the model in the last 24 hours.'),
    maxDailyGenerations: count.optional().describe('How many of them the tier of the account allows.'),
    maxConcurrentGenerations: count.optional(),
    refused,
  })
  .meta({
    id: 'AccountFinding',
    description: 'What the service found when it looked at the Runway account.',
  });
export type AccountFinding = Shape<typeof accountFinding>;

/** Its words are Statuspage's: `operational`, `degraded_performance`, `partial_outage`, `major_outage`, `under_maintenance`. */
export const serviceFinding = z
  .strictObject({
    status: z
      .string()
      .describe(
        'The word of the status page for its component "Public API": `operational`, `major_outage`, …',
      ),
    incident: z
      .strictObject({ name: z.string(), url: z.string().optional(), startedAt: z.string().optional() })
      .optional(),
  })
  .meta({ id: 'ServiceFinding', description: "What the service found on Runway's status page." });
export type ServiceFinding = Shape<typeof serviceFinding>;

/** Of the model that was asked for. */
const counters = z.strictObject({
  creditBalance: z.number().optional(),
  dailyGenerations: count.optional(),
});
export type Counters = Shape<typeof counters>;

/** It is shown; it never authorises a second submit by itself: nobody knows how soon Runway counts. */
export const evidence = z
  .strictObject({
    gatheredAt: time,
    before: counters.optional().describe('Counters of the account before the request was sent.'),
    after: counters.optional().describe('The same counters afterwards.'),
    otherSubmits: count.describe('Other requests of this service in that time: they move the same counters.'),
    says: z
      .enum(['exists', 'unclear'])
      .describe('`exists`: the counters moved by more than the other requests explain.'),
  })
  .meta({ id: 'Evidence', description: 'What is known about a paid request whose answer was lost.' });
export type Evidence = Shape<typeof evidence>;
