import { z } from 'zod';
import { parseCreateRequest, quote, type Endpoint, type Quote } from './create-request';
import { imageUri } from './image-uri';
import { type CreateRequest, type Model, MODELS } from './models';
import type { Router } from './router-shapes';

/** `input` of POST /v1/generate/video; what the simulator has no use for is not taken. */
export const routedInputSchema = z.strictObject({
  promptText: z.string().min(1).optional(),
  negativePrompt: z.string().optional(),
  aspectRatio: z.enum(['16:9', '9:16', '1:1', '4:3', '3:4', '21:9']).default('16:9'),
  resolution: z.enum(['480p', '720p', '1080p', '4k']).default('720p'),
  duration: z.number().positive().default(5),
  audio: z.boolean().optional(),
  seed: z.int().optional(),
  referenceImages: z
    .array(z.strictObject({ role: z.enum(['first', 'last', 'reference']), uri: imageUri }))
    .optional(),
});

export type RoutedInput = z.output<typeof routedInputSchema>;

export interface Choice {
  readonly endpoint: Endpoint;
  readonly request: CreateRequest;
  readonly price: Quote;
}

/** The cheapest model that a router allows and that can make what is asked for; undefined: there is none. */
export function chooseModel(
  input: RoutedInput,
  { models, maxCreditsPerGeneration }: Router['settings'],
): Choice | undefined {
  const most = maxCreditsPerGeneration?.video ?? Number.POSITIVE_INFINITY;
  return Object.entries(MODELS)
    .filter(([name]) => {
      if (!models) return true;
      return models.ids.includes(name) === (models.mode === 'allowlist_only');
    })
    .flatMap(([name, model]) => asModel(name, model, input) ?? [])
    .filter(({ price }) => price.credits <= most)
    .sort((a, b) => a.price.credits - b.price.credits)[0];
}

function asModel(name: string, model: Model, input: RoutedInput): Choice | undefined {
  const { referenceImages = [], aspectRatio, resolution, audio, ...rest } = input;
  if (audio === true ? model.sound === 'never' : audio === false && model.sound === 'always')
    return undefined;
  const endpoint = referenceImages.length > 0 ? 'image_to_video' : 'text_to_video';
  const shape = endpoint === 'image_to_video' ? model.image : model.text;
  if (!shape) return undefined;
  const wanted = {
    model: name,
    ...rest,
    ...(audio !== undefined && 'audio' in shape && { audio }),
    ...(referenceImages.length > 0 && {
      promptImage: referenceImages.map(({ role, uri }) =>
        role === 'reference' ? { uri } : { uri, position: role },
      ),
    }),
  };
  for (const size of sizesOf(shape)) {
    const parsed = parseCreateRequest(endpoint, { ...wanted, ...size });
    if ('issues' in parsed) continue;
    const price = quote(parsed.request);
    if (fits(price, aspectRatio, resolution)) return { endpoint, request: parsed.request, price };
  }
  return undefined;
}

/** Every ratio and resolution that a model's fields name, and their pairs. */
function sizesOf(shape: z.ZodRawShape): { ratio?: string; resolution?: string }[] {
  const resolutions = optionsOf(shape['resolution']);
  const ratios = optionsOf(shape['ratio']);
  return ratios.flatMap((ratio) =>
    resolutions.map((resolution) => ({
      ...(ratio !== undefined && { ratio }),
      ...(resolution !== undefined && { resolution }),
    })),
  );
}

function optionsOf(field: unknown): (string | undefined)[] {
  const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
  return inner instanceof z.ZodEnum ? (inner.options as string[]) : [undefined];
}

const SHORT_SIDES = {
  '480p': [480, 640],
  '720p': [641, 1000],
  '1080p': [1001, 1500],
  '4k': [1501, 9999],
} as const;

function fits({ width, height }: Quote, aspect: string, resolution: keyof typeof SHORT_SIDES): boolean {
  const [x = 1, y = 1] = aspect.split(':').map(Number);
  const short = Math.min(width, height);
  const [least, most] = SHORT_SIDES[resolution];
  // Runway's pixels are round numbers near the shape: 480:832 is its 9:16.
  return Math.abs(width / height / (x / y) - 1) < 0.05 && short >= least && short <= most;
}
