import { z } from 'zod';
import { refused, serviceFinding } from './findings';
import { count, type Shape, time } from './values';

const modelLimits = z.strictObject({
  dailyGenerations: count.optional().describe('In the last 24 hours.'),
  maxDailyGenerations: count.optional(),
  maxConcurrentGenerations: count.optional(),
});
export type ModelLimits = Shape<typeof modelLimits>;

const connection = z.strictObject({
  to: z.enum(['runway', 'status_page', 'outputs_and_webhooks']),
  proxy: z
    .string()
    .optional()
    .describe('Address of the proxy and the variable that names it; missing for a direct connection.'),
  problem: z.string().optional().describe('Why that proxy cannot be used.'),
});
/** What a kind of connection goes through. The address of a proxy is without its password. */
export type ConnectionRoute = Shape<typeof connection>;

export const account = z
  .strictObject({
    at: time.describe('When the service looked (UTC).'),
    account: z
      .strictObject({
        creditBalance: z.number().optional(),
        maxMonthlyCreditSpend: z.number().optional(),
        models: z.record(z.string(), modelLimits).optional(),
        refused,
      })
      .optional()
      .describe('Missing when Runway did not answer in time.'),
    service: serviceFinding.optional(),
    simulated: z.boolean().describe('The account is one of the simulator.'),
    connections: z
      .array(connection)
      .optional()
      .describe('What connections to the outside go through, as the environment of the API says.'),
    links: z.strictObject({ temporal: z.url().optional().describe("Temporal's UI.") }),
  })
  .meta({ id: 'Account' });
export type Account = Shape<typeof account>;

/** The part of it that Runway and its status page told. */
export type AccountView = Pick<Account, 'at' | 'account' | 'service'>;
