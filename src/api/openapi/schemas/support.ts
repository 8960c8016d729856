import { z } from 'zod';
import { AUDIO_MODES } from '../../../contract/request';
import type { SupportPacket } from '../../reels/support-packet';
import { schemaOf } from '../schema-of';
import { accountFinding, serviceFinding } from '../../../contract/schemas/findings';
import { generation } from '../../../contract/schemas/reel';
import { reelId } from '../../../contract/schemas/values';

export const supportPacket = schemaOf<SupportPacket>()(
  z.strictObject({
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
  }),
).meta({ id: 'SupportPacket' });
