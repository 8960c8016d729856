import { z } from 'zod';
import { request } from './request';
import { credits, type Shape } from './values';

export const estimate = z
  .strictObject({
    simulated: z.boolean().describe('A reel would be a practice clip, and nothing would be charged.'),
    request: request
      .omit({ promptImage: true })
      .meta({ description: 'What would be made, with defaults filled in, without the image.' }),
    credits: z.strictObject({
      estimated: credits.describe('The most that one generation costs.'),
      atMost: credits.describe('The most that the whole reel may cost, with everything that is tried again.'),
    }),
  })
  .meta({ id: 'Estimate' });
export type Estimate = Shape<typeof estimate>;
