import type { VideoCreateParams } from '@runwayml/sdk/resources/generate/video';
import type { ReelRequest } from '../../src/contract/schemas/request';
import { buildCreate, type CreateCall } from '../../src/runway/calls/create-body';
import { type ModelName, MODELS } from '../../src/runway/models/model-table';
import { estimateCredits } from '../../src/runway/models/prices';

/** What the probe orders: the cheapest video that Runway makes without sound. */
export interface ProbePlan {
  readonly model: ModelName;
  readonly ratio: string;
  /** Seconds. */
  readonly duration: number;
  /** What one video costs at most. */
  readonly credits: number;
  readonly create: CreateCall;
  /** The same by way of a router that allows this model only. */
  readonly routed: VideoCreateParams['input'];
  /** The same from an image, where one was given. */
  readonly image?: ImagePlan;
  /** What the whole probe costs at most. */
  readonly atMostCredits: number;
}

interface ImagePlan {
  readonly create: CreateCall;
  readonly credits: number;
  /** Of the image: the rest of its address may be nobody's business. */
  readonly host: string;
}

const PROMPT = 'A paper boat on still water';
/** Videos besides that of an image: one is watched to its end, one is deleted while it runs. */
const VIDEOS = 2;

export function planProbe(imageUrl?: string): ProbePlan {
  const { request, credits } = cheapest();
  const { model, ratio, duration } = request;
  const image = imageUrl === undefined ? undefined : fromImage(request, imageUrl);
  return {
    model: model as ModelName,
    ratio,
    duration,
    credits,
    create: buildCreate(request),
    routed: { promptText: PROMPT, resolution: resolutionOf(ratio), duration, audio: false },
    image,
    atMostCredits: VIDEOS * credits + (image?.credits ?? 0),
  };
}

function cheapest(): { request: ReelRequest; credits: number } {
  const all = (Object.keys(MODELS) as ModelName[]).flatMap((model) => {
    const { sizes, durations, audio } = MODELS[model];
    // A router that is told "no audio" leaves out the models that always have a sound track.
    if (audio === 'always') return [];
    return Object.keys(sizes.text_to_video ?? {}).map((ratio) => {
      const duration = Math.min(...durations);
      const request: ReelRequest = { promptText: PROMPT, model, ratio, duration, audio: 'none' };
      return { request, credits: estimateCredits(request) };
    });
  });
  return all.reduce((best, each) => (each.credits < best.credits ? each : best));
}

function fromImage(request: ReelRequest, imageUrl: string): ImagePlan {
  const ratios = Object.keys(MODELS[request.model as ModelName].sizes.image_to_video ?? {});
  const all = ratios.map((ratio): ImagePlan => {
    const order = { ...request, ratio, promptImage: imageUrl };
    return { create: buildCreate(order), credits: estimateCredits(order), host: new URL(imageUrl).host };
  });
  return all.reduce((best, each) => (each.credits < best.credits ? each : best));
}

/** The size as a router knows it. */
function resolutionOf(ratio: string): NonNullable<VideoCreateParams['input']['resolution']> {
  const sides = ratio.split(':').map(Number);
  if (sides.length !== 2 || sides.some((side) => !(side > 100)))
    throw new RangeError(`${ratio} has no pixels`);
  const short = Math.min(...sides);
  return short <= 640 ? '480p' : short <= 1000 ? '720p' : '1080p';
}
