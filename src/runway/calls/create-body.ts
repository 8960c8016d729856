import type { ImageToVideoCreateParams } from '@runwayml/sdk/resources/image-to-video';
import type { TextToVideoCreateParams } from '@runwayml/sdk/resources/text-to-video';
import type { ReelRequest } from '../../contract/schemas/request';
import { endpointOf, findModel, findSize, type ModelRules } from '../models/model-table';

/** Added to the prompt of a reel with `audio: music`. Runway has no switch for music, so this is best effort. The API's contract quotes it. */
const MUSIC_SENTENCE = '\nSound: instrumental background music only, no voices, no speech, no singing.';
const NO_VOICES = 'voices, speech, dialogue, singing';

/** UTF-16 units of the prompt limit that the sentence of `audio: music` takes. */
export const MUSIC_PROMPT_LENGTH = MUSIC_SENTENCE.length;
export const MUSIC_NEGATIVE_LENGTH = NO_VOICES.length + 2;

export type CreateCall = (
  | { readonly endpoint: 'text_to_video'; readonly body: TextToVideoCreateParams }
  | { readonly endpoint: 'image_to_video'; readonly body: ImageToVideoCreateParams }
) & {
  /** The prompt as it is sent, for people. */
  readonly promptText: string;
};

/**
 * The one POST that a checked request stands for, with only those fields that its model has.
 *
 * @param imageUri where Runway gets the image when the request names a stored one: an upload or a data URI.
 * @throws RangeError for a request that was not checked, or a stored image without `imageUri`: sent as it
 *   is, either would be paid for and wrong.
 */
export function buildCreate(request: ReelRequest, imageUri?: string): CreateCall {
  const endpoint = endpointOf(request);
  const rules = findModel(request.model);
  const size = rules && findSize(rules, endpoint, request.ratio);
  if (!size) throw new RangeError(`${request.model} makes no ${request.ratio} by ${endpoint}`);

  const promptText = sentPrompt(request);
  const negativePrompt = sentNegativePrompt(request, rules);
  const body = {
    model: request.model,
    promptText,
    ...size.sent,
    duration: request.duration,
    // Runway's default is true: without the flag a silent reel would get, and pay for, a sound track.
    ...(rules.audio === 'optional' && { audio: request.audio !== 'none' }),
    ...(negativePrompt !== undefined && { negativePrompt }),
    ...(rules.seed && request.seed !== undefined && { seed: request.seed }),
  };
  // A contract test compiles bodies of every model against these types, so the assertions hide nothing.
  if (request.promptImage === undefined) {
    return { endpoint: 'text_to_video', promptText, body: body as TextToVideoCreateParams };
  }
  const uri = imageUri ?? request.promptImage;
  if (uri.startsWith('stored:'))
    throw new RangeError('a stored image needs the URI that Runway reads it from');
  // Position first: several models take an image without a position as a mere reference.
  const promptImage = [{ uri, position: 'first' }];
  return {
    endpoint: 'image_to_video',
    promptText,
    body: { ...body, promptImage } as ImageToVideoCreateParams,
  };
}

function sentPrompt({ promptText, audio }: ReelRequest): string {
  return audio === 'music' ? promptText + MUSIC_SENTENCE : promptText;
}

function sentNegativePrompt({ negativePrompt, audio }: ReelRequest, rules: ModelRules): string | undefined {
  if (rules.negativePromptMax === undefined) return undefined;
  if (audio !== 'music') return negativePrompt;
  return negativePrompt === undefined ? NO_VOICES : `${negativePrompt}, ${NO_VOICES}`;
}
