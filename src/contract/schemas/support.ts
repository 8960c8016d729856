/** What Runway's support asks for about a reel, without secrets. */
import { z } from 'zod';
import { AUDIO_MODES } from '../request';
import { accountFinding, serviceFinding } from './findings';
import { generation } from './reel';
import { reelId, type Shape } from './values';

export const supportPacket = z
  .strictObject({
    text: z.string().describe('Everything, ready to paste.'),
    form: z.url().describe("Runway's support form."),
    reelId,
    simulated: z.boolean(),
    operationIds: z.array(z.string()),
    requestIds: z.array(z.string()),
    settings: z.strictObject({
      model: z.string(),
      ratio: z.string(),
      duration: z.number(),
      audio: z.enum(AUDIO_MODES),
      seed: z.number().optional(),
      promptText: z.string(),
      negativePrompt: z.string().optional(),
      promptImage: z.string().optional(),
    }),
    generations: z.array(generation),
    failure: z
      .strictObject({ code: z.string(), message: z.string(), httpStatus: z.int().optional() })
      .optional(),
    account: accountFinding.optional(),
    service: serviceFinding.optional(),
  })
  .meta({ id: 'SupportPacket' });
export type SupportPacket = Shape<typeof supportPacket>;
