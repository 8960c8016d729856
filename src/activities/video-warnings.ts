import type { StoredVideo } from '../domain/reel';
import type { ReelRequest } from '../domain/request';
import { aspectOf } from '../runway/model-table';

/** What differs from the order in a video that is otherwise fine. A reel with a warning is still delivered. */
export function videoWarnings(request: ReelRequest, video: StoredVideo): string[] {
  const warnings: string[] = [];
  const aspect = aspectOf(request.ratio);
  const asked = aspect === undefined ? undefined : orientation(aspect);
  const made = orientation(video.width / video.height);
  if (asked !== undefined && asked !== made) {
    warnings.push(
      `The video is ${made} (${video.width} × ${video.height}) although ${request.ratio} was asked for.`,
    );
  }
  if (request.audio === 'none' && video.hasAudio) {
    warnings.push('The video has an audio track although none was asked for.');
  }
  if (request.audio !== 'none' && !video.hasAudio) {
    warnings.push('The video has no audio track although one was asked for.');
  }
  return warnings;
}

function orientation(aspect: number): string {
  if (aspect === 1) return 'square';
  return aspect < 1 ? 'vertical' : 'landscape';
}
