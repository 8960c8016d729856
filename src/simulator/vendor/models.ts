/** What Runway takes and asks for, per model. Its own table: the service's must not be able to hide a wrong belief. */
import { z } from 'zod';
import { imageUri } from './image-uri';

/** A checked request body: the fields that price and output depend on, among others. */
export interface CreateRequest {
  readonly model: string;
  readonly promptText?: string;
  readonly ratio?: string;
  readonly resolution?: string;
  readonly duration?: number | 'auto';
  readonly audio?: boolean;
  readonly [field: string]: unknown;
}

export interface Model {
  /** Fields of POST /v1/text_to_video and /v1/image_to_video; absent: the endpoint does not have the model. */
  readonly text?: z.ZodRawShape;
  readonly image?: z.ZodRawShape;
  /** A rule over several fields: what is wrong with `ratio`, or undefined. */
  readonly ratioProblem?: (request: CreateRequest) => string | undefined;
  readonly sound: 'default_on' | 'default_off' | 'always' | 'never';
  readonly defaultSeconds: number;
  /** What `auto` is billed as, in seconds. */
  readonly longestSeconds: number;
  /** Credits for a second, by the height that people name a size with. */
  readonly creditsPerSecond: (size: Size, sound: boolean) => number;
  readonly leastCredits?: number;
  readonly defaultSize: Size;
}

export type Size = '480p' | '720p' | '1080p' | '4k';

/** Runway counts UTF-16 units; zod's own `max` counts code points, so an emoji would be one in place of two. */
const prompt = (most: number) =>
  z
    .string()
    .min(1)
    .check(({ value, issues }) => {
      if (value.length <= most) return;
      const message = `Too big: expected string to have <=${most} characters`;
      issues.push({
        code: 'too_big',
        origin: 'string',
        maximum: most,
        inclusive: true,
        input: value,
        message,
      });
    });
const seconds = (least: number, most: number) => z.int().min(least).max(most);
const seed = z.int().min(0).max(4_294_967_295).optional();
const references = z.array(z.looseObject({ uri: z.string() })).optional();

/** Keyframes: `first` alone, or `first` with or without `last`. */
const keyframes = (...positions: ['first'] | ['first', 'last']) =>
  z.union([
    imageUri,
    z
      .array(z.strictObject({ uri: imageUri, position: z.enum(positions) }))
      .min(1)
      .max(positions.length)
      .refine(
        (list) => list.filter(({ position }) => position === 'first').length === 1,
        'A first frame is required',
      ),
  ]);
const keyframesOrReferences = z.union([
  imageUri,
  z.array(z.strictObject({ uri: imageUri, position: z.enum(['first', 'last']).optional() })).min(1),
]);

/** One image, or images with positions; without positions they are references. */
function isKeyframe(promptImage: unknown): boolean {
  if (!Array.isArray(promptImage)) return promptImage !== undefined;
  return promptImage.some((image: { position?: string }) => image.position !== undefined);
}

const ratios480 = ['992:432', '864:496', '752:560', '640:640', '560:752', '496:864'] as const;
const ratios720 = ['1470:630', '1280:720', '1112:834', '960:960', '834:1112', '720:1280'] as const;
const ratios1080 = ['2206:946', '1920:1080', '1664:1248', '1440:1440', '1248:1664', '1080:1920'] as const;
const ratios4k = ['3840:1646', '3840:2160', '3840:2880', '3840:3840', '2880:3840', '2160:3840'] as const;
const ratiosWan =
  '832:480 720:544 624:624 544:720 480:832 1280:720 1104:832 960:960 832:1104 720:1280 1920:1080 1648:1248 1440:1440 1248:1648 1080:1920 auto_480p auto_720p auto_1080p'.split(
    ' ',
  );

/** One price for all sizes, or one for each. */
const bySize = (prices: number | Partial<Record<Size, number>>) => (size: Size) =>
  typeof prices === 'number' ? prices : (prices[size] ?? Math.max(...Object.values(prices)));

function veo(silent: number, withSound: number): Model {
  const shape = {
    ratio: z.enum(['1280:720', '720:1280', '1080:1920', '1920:1080']),
    audio: z.boolean().optional(),
    duration: z.literal([4, 6, 8]).optional(),
    negativePrompt: prompt(1000).optional(),
    seed,
  };
  return {
    text: { ...shape, promptText: prompt(1000) },
    image: { ...shape, promptText: prompt(1000).optional(), promptImage: keyframes('first', 'last') },
    // Leaving `audio` out makes, and bills, sound.
    sound: 'default_on',
    defaultSeconds: 8,
    longestSeconds: 8,
    creditsPerSecond: (_size, sound) => (sound ? withSound : silent),
    defaultSize: '720p',
  };
}

const gen4 = {
  contentModeration: z.strictObject({ publicFigureThreshold: z.enum(['auto', 'low']).optional() }).optional(),
  seed,
  promptImage: keyframes('first'),
  ratio: z.enum(['1280:720', '720:1280', '1104:832', '960:960', '832:1104', '1584:672']),
};
const { promptImage: _, ...gen4Text } = gen4;
const gen45Formats = { outputFormat: z.string().optional(), proresProfile: z.string().optional() };

function seedance(
  ratios: readonly string[],
  longest: number,
  promptMost: number,
  prices: number | Partial<Record<Size, number>>,
  leastCredits?: number,
): Model {
  const shape = {
    promptText: prompt(promptMost),
    audio: z.boolean().optional(),
    duration: z.union([seconds(4, longest), z.literal('auto')]).optional(),
    ratio: z.enum(ratios).optional(),
    referenceAudio: references,
    seed,
  };
  return {
    text: { ...shape, references, referenceVideos: references },
    image: { ...shape, promptText: prompt(promptMost).optional(), promptImage: keyframesOrReferences },
    sound: 'default_on',
    defaultSeconds: 5,
    longestSeconds: longest,
    creditsPerSecond: bySize(prices),
    leastCredits,
    defaultSize: '720p',
  };
}

function wan(prices: Partial<Record<Size, number>>): Model {
  const shape = {
    promptText: prompt(20_000),
    audio: z.boolean().optional(),
    duration: seconds(2, 30).optional(),
    ratio: z.enum(ratiosWan).optional(),
    referenceAudio: references,
    referenceVideos: references,
  };
  return {
    text: { ...shape, references },
    image: { ...shape, promptImage: keyframesOrReferences },
    ratioProblem: ({ promptImage, ratio = 'auto_720p' }) =>
      isKeyframe(promptImage) && !ratio.startsWith('auto_')
        ? 'Keyframe requests must use auto_480p, auto_720p or auto_1080p'
        : undefined,
    sound: 'default_off',
    defaultSeconds: 5,
    longestSeconds: 30,
    creditsPerSecond: bySize(prices),
    defaultSize: '720p',
  };
}

/** A model whose videos always have sound. */
const talking = (
  model: Pick<Model, 'text' | 'image' | 'longestSeconds' | 'creditsPerSecond'> & Partial<Model>,
): Model => ({ sound: 'always', defaultSeconds: 5, defaultSize: '720p', ...model });

const hailuo = {
  promptText: prompt(6000),
  duration: seconds(5, 15).optional(),
  ratio: z.enum(['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16']).optional(),
  resolution: z.enum(['768p', '2k', '768P', '2K']).optional(),
  referenceAudio: references,
};
const h3max = {
  promptText: prompt(6000),
  duration: seconds(5, 15).optional(),
  promptExpansionMode: z.enum(['disabled', 'balanced', 'quality']).optional(),
  resolution: z.enum(['480p', '768p']).optional(),
  seed,
};
const omni = {
  promptText: prompt(4000),
  duration: seconds(3, 10).optional(),
  ratio: z.enum(['1280:720', '720:1280']).optional(),
};
const omni11 = {
  promptText: prompt(4000),
  duration: z.union([seconds(3, 10), z.literal('auto')]).optional(),
  ratio: z
    .enum(['640:360', '360:640', '1280:720', '720:1280', '1920:1080', '1080:1920', '3840:2160', '2160:3840'])
    .optional(),
};
const grok = {
  promptText: prompt(2500),
  duration: seconds(1, 15).optional(),
  resolution: z.enum(['480p', '720p', '1080p']).optional(),
};

export const MODELS: Readonly<Record<string, Model>> = {
  'veo3.1_fast': veo(10, 15),
  'veo3.1': veo(20, 40),
  'gen4.5': {
    text: {
      ...gen4Text,
      ...gen45Formats,
      promptText: prompt(1000),
      duration: seconds(2, 10),
      ratio: z.enum(['1280:720', '720:1280']),
    },
    image: { ...gen4, ...gen45Formats, promptText: prompt(1000), duration: seconds(2, 10) },
    sound: 'never',
    defaultSeconds: 5,
    longestSeconds: 10,
    creditsPerSecond: bySize(12),
    defaultSize: '720p',
  },
  gen4_turbo: {
    image: { ...gen4, promptText: prompt(1000).optional(), duration: seconds(2, 10).optional() },
    sound: 'never',
    defaultSeconds: 10,
    longestSeconds: 10,
    creditsPerSecond: bySize(5),
    defaultSize: '720p',
  },
  seedance2: seedance([...ratios480, ...ratios720, ...ratios1080, ...ratios4k], 15, 3500, {
    '480p': 36,
    '720p': 36,
    '1080p': 40,
    '4k': 150,
  }),
  seedance2_fast: seedance([...ratios480, ...ratios720], 15, 3500, 29),
  seedance2_mini: seedance([...ratios480, ...ratios720], 15, 3500, 16, 64),
  seedance2_5: seedance(
    ['992:432', '854:480', '752:560', '640:640', '560:752', '480:854', ...ratios720, ...ratios1080],
    30,
    15_000,
    { '480p': 20, '720p': 30, '1080p': 68 },
    80,
  ),
  wan3: wan({ '480p': 5, '720p': 10, '1080p': 20 }),
  wan3_prime: wan({ '480p': 6.8, '720p': 14, '1080p': 28 }),
  hailuo3: talking({
    text: { ...hailuo, references, referenceVideos: references },
    image: { ...hailuo, promptImage: keyframesOrReferences },
    ratioProblem: ({ ratio, promptImage, references: images, referenceVideos: videos }) =>
      ratio === 'adaptive' && [promptImage, images, videos].every((input) => input === undefined)
        ? 'adaptive needs an image or video to follow'
        : undefined,
    longestSeconds: 15,
    creditsPerSecond: bySize({ '720p': 10, '1080p': 15 }),
  }),
  h3_max: talking({
    text: h3max,
    image: { ...h3max, promptImage: keyframes('first', 'last') },
    longestSeconds: 15,
    creditsPerSecond: bySize({ '480p': 5, '720p': 8 }),
  }),
  happyhorse_1_0: talking({
    text: {
      promptText: prompt(2500),
      duration: seconds(3, 15).optional(),
      ratio: z
        .enum(
          '1280:720 720:1280 960:960 1108:832 832:1108 1920:1080 1080:1920 1440:1440 1662:1248 1248:1662'.split(
            ' ',
          ),
        )
        .optional(),
    },
    image: {
      promptText: prompt(2500).optional(),
      promptImage: keyframes('first'),
      duration: seconds(3, 15).optional(),
      resolution: z.enum(['720p', '1080p', '720P', '1080P']).optional(),
    },
    longestSeconds: 15,
    creditsPerSecond: bySize({ '720p': 15, '1080p': 30 }),
  }),
  gemini_omni_flash: talking({
    text: omni,
    image: { ...omni, promptText: prompt(4000).optional(), promptImage: keyframes('first') },
    longestSeconds: 10,
    creditsPerSecond: bySize(10),
  }),
  'gemini_omni_flash_1.1': talking({
    text: { ...omni11, references, referenceVideos: references },
    image: { ...omni11, promptImage: keyframes('first', 'last') },
    longestSeconds: 10,
    creditsPerSecond: bySize({ '480p': 3.4, '720p': 10, '1080p': 15, '4k': 30 }),
  }),
  grok_imagine_1_5: talking({
    text: {
      ...grok,
      ratio: z.enum(['1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3']).optional(),
      referenceAudio: references,
      references,
    },
    image: { ...grok, promptText: prompt(2500).optional(), promptImage: keyframes('first') },
    longestSeconds: 15,
    creditsPerSecond: bySize({ '480p': 10, '720p': 16, '1080p': 29 }),
  }),
};
