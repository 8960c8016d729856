import { z } from 'zod';
import type { Shape } from './values';

export const session = z
  .strictObject({
    client: z.string().nullable().describe('Name of the key; null when the caller is not known.'),
    admin: z.boolean(),
    keyNeeded: z.boolean().describe('A key has to be sent before anything else is answered.'),
  })
  .meta({ id: 'Session' });
export type Session = Shape<typeof session>;
