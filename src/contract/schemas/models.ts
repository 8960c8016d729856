/** What can be asked for, with limits and prices: everything that a form for a reel is drawn from. */
import { z } from 'zod';
import { AUDIO_MODES } from '../request';
import { count, credits, type Shape } from './values';

const endpoint = z.strictObject({
  name: z.enum(['text_to_video', 'image_to_video']),
  defaultRatio: z.string(),
  ratios: z.array(
    z.strictObject({
      ratio: z.string(),
      creditsPerSecond: credits,
      creditsPerSecondWithAudio: credits.optional(),
    }),
  ),
});

export type EndpointInfo = Shape<typeof endpoint>;

const promptImageRules = z.strictObject({
  contentTypes: z.array(z.string()),
  maxDataUriLength: count.describe('Characters of an image that is sent as a data URI.'),
  maxUrlLength: count,
});
export type PromptImageRules = Shape<typeof promptImageRules>;

const model = z
  .strictObject({
    name: z.string(),
    default: z.boolean(),
    endpoints: z.array(endpoint).min(1),
    durations: z.array(z.int()).min(1).describe('Seconds that can be asked for.'),
    defaultDuration: z.int(),
    image: z.enum(['optional', 'required', 'none']).describe('Whether `promptImage` may or must be sent.'),
    audio: z
      .enum(['optional', 'always', 'none'])
      .describe('`always`: the video has a sound track, whatever is asked for.'),
    audioModes: z.array(z.enum(AUDIO_MODES)).min(1),
    seed: z.boolean(),
    promptMaxLength: count.describe("UTF-16 units, as in JavaScript's `length`."),
    promptMaxLengthWithMusic: count.describe('The same with `audio: music`, which needs words of its own.'),
    negativePromptMaxLength: count.optional().describe('Missing: the model has no `negativePrompt`.'),
    negativePromptMaxLengthWithMusic: count.optional(),
    prices: z.strictObject({
      minimumCredits: credits.optional().describe('A generation costs at least this.'),
      imageCredits: credits.optional().describe('Charged once when an image is sent.'),
      example: z
        .strictObject({ ratio: z.string(), duration: z.int(), credits, dollars: z.number() })
        .describe("The most that one generation with the model's defaults and no audio costs."),
    }),
  })
  .meta({ id: 'Model' });
export type ModelInfo = Shape<typeof model>;

export const models = z
  .strictObject({
    models: z.array(model).min(1),
    promptImage: promptImageRules,
    simulated: z.boolean().describe('Reels are practice clips, and nothing is charged.'),
    defaultMaxCredits: credits
      .optional()
      .describe(
        'The most that a reel may cost where its request does not say; missing: four times its estimate.',
      ),
  })
  .meta({ id: 'Models' });
export type ModelList = Shape<typeof models>;
