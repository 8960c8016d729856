import { generationCredits } from '../../contract/money';
import type { EndpointInfo, ModelInfo } from '../../contract/schemas/models';
import type { AudioMode } from '../../contract/request';

/** Where a request goes: a picture decides it. Models that need one have no other. */
export function endpointFor(model: ModelInfo, hasImage: boolean): EndpointInfo | undefined {
  const wanted = hasImage ? 'image_to_video' : 'text_to_video';
  return model.endpoints.find(({ name }) => name === wanted) ?? model.endpoints[0];
}

/** The most that one try costs, in whole credits, as the service reckons it; undefined for a size it has not. */
export function estimate(
  model: ModelInfo,
  asked: { ratio: string; duration: number; audio: AudioMode; hasImage: boolean },
): number | undefined {
  const size = endpointFor(model, asked.hasImage)?.ratios.find(({ ratio }) => ratio === asked.ratio);
  if (!size) return undefined;
  const { creditsPerSecond, creditsPerSecondWithAudio = creditsPerSecond } = size;
  const perSecond = asked.audio === 'none' ? creditsPerSecond : creditsPerSecondWithAudio;
  return generationCredits({
    perSecond,
    seconds: asked.duration,
    image: asked.hasImage ? model.prices.imageCredits : 0,
    minimum: model.prices.minimumCredits,
  });
}
