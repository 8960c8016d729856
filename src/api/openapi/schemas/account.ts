import { z } from 'zod';
import type { AccountView, ConnectionRoute } from '../../deps';
import { schemaOf } from '../schema-of';
import { accountLook, serviceFinding } from '../../../contract/schemas/findings';
import { time } from '../../../contract/schemas/values';

interface Account extends AccountView {
  readonly simulated: boolean;
  readonly connections?: readonly ConnectionRoute[];
  readonly links: { readonly temporal?: string };
}

export const account = schemaOf<Account>()(
  z.strictObject({
    at: time.describe('When the service looked (UTC).'),
    account: accountLook.optional().describe('Missing when Runway did not answer in time.'),
    service: serviceFinding.optional(),
    simulated: z.boolean().describe('The account is one of the simulator.'),
    connections: z
      .array(
        z.strictObject({
          to: z.enum(['runway', 'status_page', 'outputs_and_webhooks']),
          proxy: z
            .string()
            .optional()
            .describe(
              'Address of the proxy and the variable that names it; missing for a direct connection.',
            ),
          problem: z.string().optional().describe('Why that proxy cannot be used.'),
        }),
      )
      .optional()
      .describe('What connections to the outside go through, as the environment of the API says.'),
    links: z.strictObject({ temporal: z.url().optional().describe("Temporal's UI.") }),
  }),
).meta({ id: 'Account' });
