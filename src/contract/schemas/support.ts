/** What Runway's support asks for about a reel, without secrets. */
import { z } from 'zod';
import { accountFinding, serviceFinding } from './findings';
import { generation } from './reel';
import { request } from './request';
import { reelId, type Shape } from './values';

export const supportPacket = z
  .strictObject({
    text: z.string().describe('Everything, ready to paste.'),
    form: z.url().describe("Runway's support form."),
    reelId,
    simulated: z.boolean(),
    operationIds: z.array(z.string()),
    requestIds: z.array(z.string()),
    settings: request
      .pick({
        model: true,
        ratio: true,
        duration: true,
        audio: true,
        seed: true,
        promptText: true,
        negativePrompt: true,
        promptImage: true,
      })
      .extend({ duration: z.number(), promptImage: z.string().optional() }),
    generations: z.array(generation),
    failure: z
      .strictObject({ code: z.string(), message: z.string(), httpStatus: z.int().optional() })
      .optional(),
    account: accountFinding.optional(),
    service: serviceFinding.optional(),
  })
  .meta({ id: 'SupportPacket' });
export type SupportPacket = Shape<typeof supportPacket>;
