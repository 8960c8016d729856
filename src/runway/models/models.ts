/** What `GET /v1/models` shows: the models that can be asked for, with limits, defaults and prices. */
import type { EndpointInfo, ModelInfo, PromptImageRules } from '../../contract/schemas/models';
import { DOLLARS_PER_CREDIT } from '../../contract/money';
import { AUDIO_MODES, type AudioMode } from '../../contract/request';
import { MUSIC_NEGATIVE_LENGTH, MUSIC_PROMPT_LENGTH } from '../calls/create-body';
import {
  defaultDuration,
  defaultRatio,
  ENDPOINTS,
  type Endpoint,
  MODELS,
  type ModelName,
  type ModelRules,
} from './model-table';
import { estimateCredits } from './prices';
import { INLINE_TYPES, MAX_DATA_URI, MAX_URL } from './prompt-image';

export const DEFAULT_MODEL: ModelName = 'veo3.1_fast';

export const PROMPT_IMAGE_RULES: PromptImageRules = {
  contentTypes: INLINE_TYPES,
  maxDataUriLength: MAX_DATA_URI,
  maxUrlLength: MAX_URL,
};

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
    promptMaxLengthWithMusic: rules.promptMax - (rules.audio === 'none' ? 0 : MUSIC_PROMPT_LENGTH),
    ...(rules.negativePromptMax !== undefined && {
      negativePromptMaxLength: rules.negativePromptMax,
      negativePromptMaxLengthWithMusic: rules.negativePromptMax - MUSIC_NEGATIVE_LENGTH,
    }),
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
