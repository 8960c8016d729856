import type { StoredVideo } from '../domain/reel';
import type { ReelRequest } from '../domain/request';

/** What differs from the order in a video that is otherwise fine. A reel with a warning is still delivered. */
export function videoWarnings(request: ReelRequest, video: StoredVideo): string[] {
  const warnings: string[] = [];
  const asked = orientationOfRatio(request.ratio);
  const made = orientation(video.width, video.height);
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

function orientationOfRatio(ratio: string): string | undefined {
  const match = /^(\d+):(\d+)/.exec(ratio);
  return match ? orientation(Number(match[1]), Number(match[2])) : undefined;
}

function orientation(width: number, height: number): string {
  if (width === height) return 'square';
  return width < height ? 'vertical' : 'landscape';
}
