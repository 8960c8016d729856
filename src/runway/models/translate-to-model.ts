import type { ReelRequest } from '../../contract/schemas/request';
import {
  aspectOf,
  endpointOf,
  findModel,
  MODELS,
  type ModelName,
  type ModelRules,
  type Size,
  type Sizes,
} from './model-table';

export type Translated =
  | {
      readonly ok: true;
      readonly request: ReelRequest;
      /** What the model does not have and the request had, in words. */
      readonly dropped: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

/**
 * The same request for another model: the nearest size of the same orientation, the nearest duration (a longer one
 * only when it has no shorter one), and without what the model does not have.
 *
 * @returns the reason when the model cannot make anything like it.
 */
export function translateToModel(request: ReelRequest, model: ModelName): Translated {
  const rules: ModelRules = MODELS[model];
  const { negativePrompt, seed, ...rest } = request;
  const sizes = rules.sizes[endpointOf(request)];
  if (!sizes) {
    const from = request.promptImage === undefined ? 'text alone' : 'an image';
    return { ok: false, reason: `${model} makes no videos from ${from}` };
  }
  const ratio = nearestRatio(request, sizes);
  if (ratio === undefined) {
    return { ok: false, reason: `${model} makes no ${orientationOf(request.ratio)} videos on demand` };
  }
  const keepsNegative = rules.negativePromptMax !== undefined;
  const silent = rules.audio === 'none' && request.audio !== 'none';
  return {
    ok: true,
    request: {
      ...rest,
      model,
      ratio,
      duration: nearestDuration(rules, request.duration),
      ...(silent && { audio: 'none' }),
      ...(keepsNegative && negativePrompt !== undefined && { negativePrompt }),
      ...(rules.seed && seed !== undefined && { seed }),
    },
    dropped: [
      ...(silent ? ['no audio'] : []),
      ...(negativePrompt !== undefined && !keepsNegative ? ['without the negative prompt'] : []),
      ...(seed !== undefined && !rules.seed ? ['without the seed'] : []),
    ],
  };
}

function nearestDuration({ durations }: ModelRules, wanted: number): number {
  const shorter = durations.filter((duration) => duration <= wanted);
  return shorter.length > 0 ? Math.max(...shorter) : Math.min(...durations);
}

/** How much more a wrong shape counts than a wrong size. */
const SHAPE_WEIGHT = 4;

function nearestRatio(request: ReelRequest, sizes: Sizes): string | undefined {
  const { ratio, promptImage } = request;
  if (Object.hasOwn(sizes, ratio)) return ratio;
  const names = Object.keys(sizes);
  const aspect = aspectOf(ratio);
  const side = shortSideOf(ratio, ownSize(request));
  const distance = (name: string): number => {
    const other = aspectOf(name);
    const shape = aspect === undefined || other === undefined ? 0 : Math.abs(Math.log(other / aspect));
    return SHAPE_WEIGHT * shape + Math.abs(Math.log(shortSideOf(name, sizes[name]) / side));
  };
  const nearest = (among: string[]) => among.sort((a, b) => distance(a) - distance(b))[0];

  const sameWay = names.filter((name) => orientationOf(name) === orientationOf(ratio));
  if (sameWay.length > 0) return nearest(sameWay);
  // A shape that followed the image, and cannot any more, becomes the model's own.
  if (aspect === undefined) return names[0];
  // Without an image there is nothing to follow, and the model would choose the shape.
  return promptImage === undefined
    ? undefined
    : nearest(names.filter((name) => aspectOf(name) === undefined));
}

function ownSize(request: ReelRequest): Size | undefined {
  return findModel(request.model)?.sizes[endpointOf(request)]?.[request.ratio];
}

function orientationOf(ratio: string): string {
  const aspect = aspectOf(ratio);
  if (aspect === undefined) return 'shapeless';
  return aspect < 1 ? 'vertical' : aspect > 1 ? 'landscape' : 'square';
}

/** Pixels of the shorter side: from the ratio where it is in pixels, else from the resolution (`768p`, `2k`). */
function shortSideOf(ratio: string, size: Size | undefined): number {
  const [width = 0, height = 0] = /^(\d+):(\d+)$/.exec(ratio)?.slice(1).map(Number) ?? [];
  if (Math.min(width, height) > 100) return Math.min(width, height);
  const resolution = size?.sent.resolution ?? ratio;
  if (resolution.endsWith('2k')) return 1_440;
  return Number(/(\d+)p$/.exec(resolution)?.[1] ?? 720);
}
