/** What `GET /v1/models` shows: the models that can be asked for, with limits, defaults and prices. */
import { DOLLARS_PER_CREDIT } from '../domain/money';
import { AUDIO_MODES, type AudioMode } from '../domain/request';
import {
  aspectOf,
  defaultDuration,
  defaultRatio,
  ENDPOINTS,
  type Endpoint,
  findModel,
  MODELS,
  type ModelName,
  type ModelRules,
} from './model-table';
import { estimateCredits } from './prices';

export { aspectOf, findModel, MODELS };

export const DEFAULT_MODEL: ModelName = 'veo3.1_fast';

export interface ModelInfo {
  readonly name: string;
  readonly default: boolean;
  readonly endpoints: readonly EndpointInfo[];
  /** Seconds. */
  readonly durations: readonly number[];
  readonly defaultDuration: number;
  /** Whether `promptImage` may or must be sent; `none`: the model takes no image. */
  readonly image: 'optional' | 'required' | 'none';
  /** `always`: the video has a sound track whatever is asked for. */
  readonly audio: ModelRules['audio'];
  readonly audioModes: readonly AudioMode[];
  readonly seed: boolean;
  /** UTF-16 units, as in JavaScript's `length`. */
  readonly promptMaxLength: number;
  /** Absent: the model has no `negativePrompt`. */
  readonly negativePromptMaxLength?: number;
  readonly prices: {
    /** A generation costs at least this. */
    readonly minimumCredits?: number;
    /** Charged once when an image is sent. */
    readonly imageCredits?: number;
    /** The most that one generation with the model's defaults and no audio costs. */
    readonly example: {
      readonly ratio: string;
      readonly duration: number;
      readonly credits: number;
      readonly dollars: number;
    };
  };
}

export interface EndpointInfo {
  readonly name: Endpoint;
  readonly defaultRatio: string;
  readonly ratios: readonly {
    readonly ratio: string;
    readonly creditsPerSecond: number;
    readonly creditsPerSecondWithAudio?: number;
  }[];
}

export function listModels(): ModelInfo[] {
  return (Object.keys(MODELS) as ModelName[]).map((name) => describeModel(name, MODELS[name]));
}

/** The audio modes that a model can be asked for. `none` is always one: where the track stays, it is a warning. */
export function audioModesOf(rules: ModelRules): readonly AudioMode[] {
  return rules.audio === 'none' ? ['none'] : AUDIO_MODES;
}

function describeModel(name: ModelName, rules: ModelRules): ModelInfo {
  return {
    name,
    default: name === DEFAULT_MODEL,
    endpoints: ENDPOINTS.flatMap((endpoint) => describeEndpoint(rules, endpoint)),
    durations: rules.durations,
    defaultDuration: defaultDuration(rules),
    image: !rules.sizes.image_to_video ? 'none' : rules.sizes.text_to_video ? 'optional' : 'required',
    audio: rules.audio,
    audioModes: audioModesOf(rules),
    seed: rules.seed,
    promptMaxLength: rules.promptMax,
    ...(rules.negativePromptMax !== undefined && { negativePromptMaxLength: rules.negativePromptMax }),
    prices: {
      ...(rules.minimumCredits !== undefined && { minimumCredits: rules.minimumCredits }),
      ...(rules.imageCredits !== undefined && { imageCredits: rules.imageCredits }),
      example: examplePrice(name, rules),
    },
  };
}

function describeEndpoint(rules: ModelRules, endpoint: Endpoint): EndpointInfo[] {
  const sizes = rules.sizes[endpoint];
  const first = defaultRatio(rules, endpoint);
  if (!sizes || first === undefined) return [];
  const ratios = Object.entries(sizes).map(([ratio, { rate }]) => ({
    ratio,
    creditsPerSecond: rate.silent,
    ...(rules.audio !== 'none' && { creditsPerSecondWithAudio: rate.withAudio }),
  }));
  return [{ name: endpoint, defaultRatio: first, ratios }];
}

function examplePrice(model: ModelName, rules: ModelRules): ModelInfo['prices']['example'] {
  const promptImage = rules.sizes.text_to_video ? undefined : 'https://example.org/image.png';
  const ratio = defaultRatio(rules, promptImage === undefined ? 'text_to_video' : 'image_to_video') ?? '';
  const duration = defaultDuration(rules);
  const credits = estimateCredits({ model, ratio, duration, audio: 'none', promptImage });
  return { ratio, duration, credits, dollars: Math.round(credits * DOLLARS_PER_CREDIT * 100) / 100 };
}
