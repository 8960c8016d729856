import { generationCredits } from '../../contract/money';
import type { ReelRequest } from '../../contract/schemas/request';
import { endpointOf, findModel, findSize } from './model-table';

/**
 * The most that one generation may cost, in whole credits.
 *
 * @throws RangeError for a model or a size that Runway does not have: the request was not checked.
 */
export function estimateCredits(
  request: Pick<ReelRequest, 'model' | 'ratio' | 'duration' | 'audio' | 'promptImage'>,
): number {
  const rules = findModel(request.model);
  const size = rules && findSize(rules, endpointOf(request), request.ratio);
  if (!size) throw new RangeError(`there is no price for ${request.model} at ${request.ratio}`);
  const perSecond = request.audio === 'none' ? size.rate.silent : size.rate.withAudio;
  return generationCredits({
    perSecond,
    seconds: request.duration,
    image: request.promptImage === undefined ? 0 : rules.imageCredits,
    minimum: rules.minimumCredits,
  });
}
