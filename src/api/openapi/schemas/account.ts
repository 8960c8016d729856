import { z } from 'zod';
import type { AccountView } from '../../deps';
import { schemaOf } from '../schema-of';
import { accountLook, serviceFinding } from './findings';
import { time } from './values';

interface Account extends AccountView {
  readonly simulated: boolean;
  readonly links: { readonly temporal?: string };
}

export const account = schemaOf<Account>()(
  z.strictObject({
    at: time.describe('When the service looked (UTC).'),
    account: accountLook.optional().describe('Missing when Runway did not answer in time.'),
    service: serviceFinding.optional(),
    simulated: z.boolean().describe('The account is one of the simulator.'),
    links: z.strictObject({ temporal: z.url().optional().describe("Temporal's UI.") }),
  }),
).meta({ id: 'Account' });
