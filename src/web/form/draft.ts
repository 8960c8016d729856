/** What stands in the form, and how it becomes a request. Pure. */
import { DEFAULT_GENERATIONS_PAID, formatCredits } from '../../contract/money';
import type { ModelInfo, ModelList } from '../../contract/schemas/models';
import { AUDIO_MODES, type AudioMode, LEAST_TO_SHORTEN } from '../../contract/request';
import type { Fallback, ReelRequest } from '../../contract/schemas/request';
import { endpointFor, estimate } from './estimate';
import { shapeOf } from './shapes';

export interface Draft {
  readonly promptText: string;
  readonly model: string;
  readonly ratio: string;
  readonly duration: number;
  readonly audio: AudioMode;
  readonly image?: Picture;
  readonly title: string;
  readonly date: string;
  readonly negativePrompt: string;
  readonly seed: string;
  readonly allow: {
    readonly noAudio: boolean;
    readonly shorterPrompt: boolean;
    readonly wait: boolean;
    /** Name of the other model; empty: none. */
    readonly model: string;
  };
  /** When the answer to a paid order is lost: order again, or ask. */
  readonly orderAgain: boolean;
  /** As typed; empty: the suggested one. */
  readonly maxCredits: string;
}

export type Picture =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly name: string; readonly dataUri: string };

export function newDraft({ models }: ModelList): Draft {
  const model = models.find((each) => each.default) ?? models[0];
  return fitToModel(
    {
      promptText: '',
      model: model?.name ?? '',
      ratio: '720:1280',
      duration: model?.defaultDuration ?? 8,
      audio: 'none',
      title: '',
      date: '',
      negativePrompt: '',
      seed: '',
      allow: { noAudio: false, shorterPrompt: false, wait: false, model: '' },
      orderAgain: false,
      maxCredits: '',
    },
    models,
  );
}

/** Fields of a link such as `/?title=…&promptText=…`. What it says wrongly is left out. */
export function fromLink(draft: Draft, search: string, { models }: ModelList): Draft {
  const said = new URLSearchParams(search);
  const text = (field: 'promptText' | 'title' | 'date' | 'negativePrompt') => said.get(field) ?? draft[field];
  const image = said.get('promptImage');
  const duration = Number(said.get('duration') ?? draft.duration);
  const model = models.find(({ name }) => name === said.get('model'))?.name ?? draft.model;
  return fitToModel(
    {
      ...draft,
      promptText: text('promptText'),
      title: text('title'),
      date: text('date'),
      negativePrompt: text('negativePrompt'),
      model,
      ratio: said.get('ratio') ?? draft.ratio,
      duration: Number.isFinite(duration) ? duration : draft.duration,
      audio: audioOf(said.get('audio')) ?? draft.audio,
      ...(image !== null && image !== '' && { image: { kind: 'url', url: image } }),
    },
    models,
  );
}

/** The settings of an earlier reel. A picture that was sent as a file has to be chosen again. */
export function fromRequest(draft: Draft, request: ReelRequest, { models }: ModelList): Draft {
  const { promptText, model, ratio, duration, audio, title = '', date = '', negativePrompt = '' } = request;
  const { promptImage, fallbacks = [], onLostAnswer, maxCredits, seed } = request;
  const other = fallbacks.find((fallback) => fallback.startsWith('model:'));
  return fitToModel(
    {
      ...draft,
      ...{ promptText, model, ratio, duration, audio, title, date, negativePrompt },
      seed: seed === undefined ? '' : String(seed),
      image:
        promptImage === undefined || promptImage.startsWith('stored:')
          ? undefined
          : { kind: 'url', url: promptImage },
      allow: {
        noAudio: fallbacks.includes('no_audio'),
        shorterPrompt: fallbacks.includes('shorter_prompt'),
        wait: fallbacks.includes('wait'),
        model: other?.slice('model:'.length) ?? '',
      },
      orderAgain: onLostAnswer === 'submit_again',
      maxCredits: maxCredits === undefined ? '' : String(maxCredits),
    },
    models,
  );
}

function audioOf(text: string | null): AudioMode | undefined {
  return AUDIO_MODES.find((mode) => mode === text);
}

/** The draft with what its model cannot do changed to the closest that it can. */
export function fitToModel(draft: Draft, models: readonly ModelInfo[]): Draft {
  const model = models.find(({ name }) => name === draft.model);
  const image = model?.image === 'none' ? undefined : draft.image;
  const endpoint = model && endpointFor(model, image !== undefined);
  if (!model || !endpoint) return draft;
  const ratios = endpoint.ratios.map(({ ratio }) => ratio);
  const ratio = ratios.includes(draft.ratio)
    ? draft.ratio
    : (ratios.find((other) => shapeOf(other) === shapeOf(draft.ratio)) ?? endpoint.defaultRatio);
  const away = (seconds: number) => Math.abs(seconds - draft.duration);
  const duration = model.durations.reduce((best, each) => (away(each) < away(best) ? each : best));
  const audio = model.audioModes.includes(draft.audio) ? draft.audio : 'none';
  const allow = draft.allow.model === model.name ? { ...draft.allow, model: '' } : draft.allow;
  return { ...draft, image, ratio, duration, audio, allow };
}

/** What one try costs at most, and what the reel may cost, in credits. */
export function costOf(
  draft: Draft,
  model: ModelInfo,
  defaultMaxCredits: number | undefined,
): { readonly estimate: number; readonly suggestedMax: number } {
  const cost = estimate(model, { ...draft, hasImage: needsImage(model) || draft.image !== undefined }) ?? 0;
  return { estimate: cost, suggestedMax: defaultMaxCredits ?? DEFAULT_GENERATIONS_PAID * cost };
}

/** What this very reel would cost with another model, its settings fitted to it: `veo3.1 · $1.60 (160 credits)`. */
export function priceTag(draft: Draft, model: ModelInfo, models: readonly ModelInfo[]): string {
  const fitted = fitToModel({ ...draft, model: model.name }, models);
  return `${model.name} · ${formatCredits(costOf(fitted, model, undefined).estimate)}`;
}

export function needsImage(model: ModelInfo): boolean {
  return model.image === 'required';
}

/** Units that the prompt may have. */
export function promptLimit(model: ModelInfo, audio: AudioMode): number {
  return audio === 'music' ? model.promptMaxLengthWithMusic : model.promptMaxLength;
}

/** The body of `POST /v1/reels`. Empty fields are left out; all others are checked by the service. */
export function toRequest(draft: Draft, model: ModelInfo, suggestedMax: number): Record<string, unknown> {
  const { promptText, ratio, duration, audio, image, title, date, negativePrompt, seed } = draft;
  const fallbacks = fallbacksOf(draft, model);
  return {
    promptText,
    ...(image && { promptImage: image.kind === 'url' ? image.url.trim() : image.dataUri }),
    model: model.name,
    ratio,
    duration,
    audio,
    ...(negativePrompt.trim() !== '' && model.negativePromptMaxLength !== undefined && { negativePrompt }),
    ...(seed.trim() !== '' && model.seed && { seed: Number(seed) }),
    ...(fallbacks.length > 0 && { fallbacks }),
    onLostAnswer: draft.orderAgain ? 'submit_again' : 'ask',
    maxCredits: draft.maxCredits.trim() === '' ? suggestedMax : Number(draft.maxCredits),
    ...(title.trim() !== '' && { title: title.trim() }),
    ...(date !== '' && { date }),
  };
}

/** From the smallest change to the longest wait. */
function fallbacksOf({ allow, audio, promptText }: Draft, model: ModelInfo): Fallback[] {
  return [
    ...(allow.noAudio && canBeSilenced(model, audio) ? (['no_audio'] as const) : []),
    ...(allow.shorterPrompt && canBeShortened(promptText) ? (['shorter_prompt'] as const) : []),
    ...(allow.model === '' ? [] : ([`model:${allow.model}`] as const)),
    ...(allow.wait ? (['wait'] as const) : []),
  ];
}

export function canBeSilenced(model: ModelInfo, audio: AudioMode): boolean {
  return audio !== 'none' && model.audio === 'optional';
}

/** A shorter prompt is refused the permission. */
export function canBeShortened(promptText: string): boolean {
  return promptText.length >= LEAST_TO_SHORTEN;
}
