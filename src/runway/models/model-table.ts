/**
 * What each Runway model takes and what it costs. Pure data.
 *
 * Fields and ratios are those of the types of `@runwayml/sdk` 4.20.1, and a contract test holds the table to
 * them in both directions. Prompt limits, ranges of seconds and prices are in no type: they come from
 * docs.dev.runwayml.com (models, API reference, pricing; October 2026).
 *
 * A caller writes the size of the video as one string, `ratio`, whatever the model calls it:
 * - `720:1280`: Runway's own ratio in pixels, sent as it is.
 * - `9:16`: for models that take a shape and a resolution; the model's standard resolution is sent with it.
 * - `9:16_2k`: the same shape in another resolution of the model.
 * - `auto_720p`: the shape follows the input image (`h3_max` without an image: the model decides), in this
 *   resolution.
 */
import type { ImageToVideoCreateParams } from '@runwayml/sdk/resources/image-to-video';
import type { TextToVideoCreateParams } from '@runwayml/sdk/resources/text-to-video';

export type ModelName = TextToVideoCreateParams['model'] | ImageToVideoCreateParams['model'];

export const ENDPOINTS = ['text_to_video', 'image_to_video'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** Credits per second of output. */
interface Rate {
  readonly silent: number;
  readonly withAudio: number;
}

/** One size that a model can make: what is sent for it, and what a second of it costs. */
export interface Size {
  readonly sent: { readonly ratio?: string; readonly resolution?: string };
  readonly rate: Rate;
}

/** By the caller's `ratio`; vertical ones first, the default at the very front. */
export type Sizes = Readonly<Record<string, Size>>;

export interface ModelRules {
  /** An endpoint that is missing here does not have the model. */
  readonly sizes: { readonly [E in Endpoint]?: Sizes };
  /** Whole seconds that may be asked for. `auto` is left out: Runway bills it at the maximum first. */
  readonly durations: readonly number[];
  /**
   * `optional`: the model has an `audio` flag. `always`: it has none and makes a sound track (not measured
   * yet, so nothing may be built on it but a warning). `none`: silent videos only.
   */
  readonly audio: 'optional' | 'always' | 'none';
  /** Most UTF-16 units; absent where the model has no `negativePrompt`. */
  readonly negativePromptMax?: number;
  readonly seed: boolean;
  /** Most UTF-16 units of `promptText`. */
  readonly promptMax: number;
  /** A generation never costs less than this. */
  readonly minimumCredits?: number;
  /** Charged once for the input image. */
  readonly imageCredits?: number;
}

const GEN4_IMAGE = ['720:1280', '832:1104', '960:960', '1104:832', '1280:720', '1584:672'];
const VEO = ['720:1280', '1080:1920', '1280:720', '1920:1080'];
const SEEDANCE_480 = ['496:864', '560:752', '640:640', '752:560', '864:496', '992:432'];
const SEEDANCE_25_480 = ['480:854', '560:752', '640:640', '752:560', '854:480', '992:432'];
const SEEDANCE_720 = ['720:1280', '834:1112', '960:960', '1112:834', '1280:720', '1470:630'];
const SEEDANCE_1080 = ['1080:1920', '1248:1664', '1440:1440', '1664:1248', '1920:1080', '2206:946'];
const SEEDANCE_4K = ['2160:3840', '2880:3840', '3840:3840', '3840:2880', '3840:2160', '3840:1646'];
const WAN_480 = ['480:832', '544:720', '624:624', '720:544', '832:480'];
const WAN_720 = ['720:1280', '832:1104', '960:960', '1104:832', '1280:720'];
const WAN_1080 = ['1080:1920', '1248:1648', '1440:1440', '1648:1248', '1920:1080'];
const HAPPYHORSE_720 = ['720:1280', '832:1108', '960:960', '1108:832', '1280:720'];
const HAPPYHORSE_1080 = ['1080:1920', '1248:1662', '1440:1440', '1662:1248', '1920:1080'];
const HAILUO_SHAPES = ['9:16', '3:4', '1:1', '4:3', '16:9', '21:9'];
const GROK_SHAPES = ['9:16', '2:3', '3:4', '1:1', '4:3', '3:2', '16:9'];

const GROK_RATES = { '720p': 16, '480p': 10, '1080p': 29 };
const HAILUO_RATES = { '768p': 10, '2k': 15 };

const veo = (silent: number, withAudio: number): ModelRules => ({
  sizes: onBoth(pixels({ silent, withAudio }, VEO)),
  durations: [4, 6, 8],
  audio: 'optional',
  negativePromptMax: 1000,
  seed: true,
  promptMax: 1000,
});

const seedance2 = (sizes: Sizes): ModelRules => ({
  sizes: onBoth(sizes),
  durations: seconds(4, 15),
  audio: 'optional',
  seed: true,
  promptMax: 3500,
});

const wan = (at480: number, at720: number, at1080: number): ModelRules => ({
  sizes: {
    // The type allows auto_480p and its kin here too, but without a first frame there is nothing to follow.
    text_to_video: {
      ...pixels(at720, WAN_720),
      ...pixels(at480, WAN_480),
      ...pixels(at1080, WAN_1080),
    },
    // The type allows sizes in pixels here too, but a request with a first frame must use these.
    image_to_video: {
      ...pixels(at720, ['auto_720p']),
      ...pixels(at480, ['auto_480p']),
      ...pixels(at1080, ['auto_1080p']),
    },
  },
  durations: seconds(2, 30),
  audio: 'optional',
  seed: false,
  promptMax: 20_000,
});

const TABLE = {
  'veo3.1_fast': veo(10, 15),
  'veo3.1': veo(20, 40),
  'gen4.5': {
    sizes: { text_to_video: pixels(12, ['720:1280', '1280:720']), image_to_video: pixels(12, GEN4_IMAGE) },
    durations: seconds(2, 10),
    audio: 'none',
    seed: true,
    promptMax: 1000,
  },
  gen4_turbo: {
    sizes: { image_to_video: pixels(5, GEN4_IMAGE) },
    durations: seconds(2, 10),
    audio: 'none',
    seed: true,
    promptMax: 1000,
  },
  seedance2: seedance2({
    ...pixels(36, [...SEEDANCE_720, ...SEEDANCE_480]),
    ...pixels(40, SEEDANCE_1080),
    ...pixels(150, SEEDANCE_4K),
  }),
  seedance2_fast: seedance2(pixels(29, [...SEEDANCE_720, ...SEEDANCE_480])),
  seedance2_mini: {
    ...seedance2(pixels(16, [...SEEDANCE_720, ...SEEDANCE_480])),
    minimumCredits: 64,
  },
  seedance2_5: {
    sizes: onBoth({
      ...pixels(30, SEEDANCE_720),
      ...pixels(20, SEEDANCE_25_480),
      ...pixels(68, SEEDANCE_1080),
    }),
    durations: seconds(4, 30),
    audio: 'optional',
    seed: true,
    promptMax: 15_000,
    minimumCredits: 80,
  },
  wan3: wan(5, 10, 20),
  wan3_prime: wan(6.8, 14, 28),
  hailuo3: {
    sizes: {
      text_to_video: shapes(HAILUO_RATES, HAILUO_SHAPES),
      image_to_video: {
        ...shapes(HAILUO_RATES, HAILUO_SHAPES),
        ...followsImage(HAILUO_RATES, { ratio: 'adaptive' }),
      },
    },
    durations: seconds(5, 15),
    audio: 'always',
    seed: false,
    promptMax: 6000,
    // The price list names reference images; whether a first frame counts as one is not said.
    imageCredits: 2,
  },
  h3_max: {
    sizes: onBoth(followsImage({ '768p': 8, '480p': 5 })),
    durations: seconds(5, 15),
    audio: 'always',
    seed: true,
    promptMax: 6000,
  },
  happyhorse_1_0: {
    sizes: {
      text_to_video: { ...pixels(15, HAPPYHORSE_720), ...pixels(30, HAPPYHORSE_1080) },
      image_to_video: followsImage({ '720p': 15, '1080p': 30 }),
    },
    durations: seconds(3, 15),
    audio: 'always',
    seed: false,
    promptMax: 2500,
  },
  gemini_omni_flash: {
    sizes: onBoth(pixels(10, ['720:1280', '1280:720'])),
    durations: seconds(3, 10),
    audio: 'always',
    seed: false,
    promptMax: 4000,
    imageCredits: 1,
  },
  'gemini_omni_flash_1.1': {
    sizes: onBoth({
      ...pixels(10, ['720:1280', '1280:720']),
      ...pixels(3.4, ['360:640', '640:360']),
      ...pixels(15, ['1080:1920', '1920:1080']),
      ...pixels(30, ['2160:3840', '3840:2160']),
    }),
    durations: seconds(3, 10),
    audio: 'always',
    seed: false,
    promptMax: 4000,
    imageCredits: 1,
  },
  grok_imagine_1_5: {
    sizes: {
      text_to_video: shapes(GROK_RATES, GROK_SHAPES),
      image_to_video: followsImage(GROK_RATES),
    },
    durations: seconds(1, 15),
    audio: 'always',
    seed: false,
    promptMax: 2500,
    imageCredits: 1,
  },
} satisfies Record<ModelName, ModelRules>;

export const MODELS: Readonly<Record<ModelName, ModelRules>> = deepFreeze(inOrder(TABLE));

/** @returns undefined when Runway has no model of this name. */
export function findModel(name: string): ModelRules | undefined {
  return Object.hasOwn(MODELS, name) ? MODELS[name as ModelName] : undefined;
}

/** @returns undefined when the model does not make this size on this endpoint, or is not there. */
export function findSize(rules: ModelRules, endpoint: Endpoint, ratio: string): Size | undefined {
  const sizes = rules.sizes[endpoint];
  return sizes && Object.hasOwn(sizes, ratio) ? sizes[ratio] : undefined;
}

/** Where a request goes: an image decides it. */
export function endpointOf(request: { readonly promptImage?: string }): Endpoint {
  return request.promptImage === undefined ? 'text_to_video' : 'image_to_video';
}

/** `720:1280` where the model has it on this endpoint, else its first one. */
export function defaultRatio(rules: ModelRules, endpoint: Endpoint): string | undefined {
  return Object.keys(rules.sizes[endpoint] ?? {})[0];
}

/** 8 seconds, or the closest that the model has. */
export function defaultDuration(rules: ModelRules): number {
  return rules.durations.reduce((best, s) => (Math.abs(s - 8) < Math.abs(best - 8) ? s : best));
}

/** Width divided by height that a `ratio` asks for; undefined where the shape follows the image. */
export function aspectOf(ratio: string): number | undefined {
  const match = /^(\d+):(\d+)(?:_|$)/.exec(ratio);
  return match ? Number(match[1]) / Number(match[2]) : undefined;
}

function seconds(least: number, most: number): number[] {
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}

function rateOf(rate: number | Rate): Rate {
  return typeof rate === 'number' ? { silent: rate, withAudio: rate } : rate;
}

function onBoth(sizes: Sizes): ModelRules['sizes'] {
  return { text_to_video: sizes, image_to_video: sizes };
}

/** Sizes that Runway writes as one ratio. */
function pixels(rate: number | Rate, ratios: readonly string[]): Sizes {
  return Object.fromEntries(ratios.map((ratio) => [ratio, { sent: { ratio }, rate: rateOf(rate) }]));
}

/** Sizes of a shape and a resolution; the first resolution is the standard one. */
function shapes(rates: Readonly<Record<string, number>>, ratios: readonly string[]): Sizes {
  return Object.fromEntries(
    Object.entries(rates).flatMap(([resolution, rate], index) =>
      ratios.map((ratio) => [
        index === 0 ? ratio : `${ratio}_${resolution}`,
        { sent: { ratio, resolution }, rate: rateOf(rate) },
      ]),
    ),
  );
}

/** Sizes whose shape is that of the image; `also` is sent with each resolution. */
function followsImage(rates: Readonly<Record<string, number>>, also: { ratio?: string } = {}): Sizes {
  return Object.fromEntries(
    Object.entries(rates).map(([resolution, rate]) => [
      `auto_${resolution}`,
      { sent: { ...also, resolution }, rate: rateOf(rate) },
    ]),
  );
}

/** Vertical, square, landscape, then those that follow the image; otherwise as they stand in the table. */
function inOrder(table: Record<ModelName, ModelRules>): Record<ModelName, ModelRules> {
  const place = (ratio: string) => {
    const aspect = aspectOf(ratio);
    return aspect === undefined ? 3 : Math.sign(aspect - 1) + 1;
  };
  const sort = (sizes: Sizes): Sizes =>
    Object.fromEntries(Object.entries(sizes).sort(([a], [b]) => place(a) - place(b)));
  const entries = Object.entries(table).map(([name, rules]) => [
    name,
    {
      ...rules,
      sizes: Object.fromEntries(Object.entries(rules.sizes).map(([endpoint, s]) => [endpoint, sort(s)])),
    },
  ]);
  return Object.fromEntries(entries) as Record<ModelName, ModelRules>;
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const child of Object.values(value)) {
    if (typeof child === 'object' && child !== null) deepFreeze(child as object);
  }
  return Object.freeze(value);
}
