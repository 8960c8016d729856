import type { StoredVideo } from '../../contract/schemas/reel';
import type { ReelRequest } from '../../contract/schemas/request';
import { aspectOf } from '../../runway/models/model-table';

/** Encoders round a size to whole blocks of pixels. */
const SIZE_TOLERANCE = 16;
const ASPECT_TOLERANCE = 0.05;
/** Whichever is less: a part of what was ordered, or seconds. */
const [LENGTH_TOLERANCE, MOST_LENGTH_TOLERANCE] = [0.1, 0.5];

/**
 * What differs from the order in a video that is otherwise fine. A reel with a warning is still delivered.
 *
 * @param practice whether the simulator made it: its clips have a length and few sizes of their own.
 */
export function videoWarnings(request: ReelRequest, video: StoredVideo, practice = false): string[] {
  return [
    shapeWarning(request, video, practice),
    practice ? undefined : lengthWarning(request, video),
    soundWarning(request, video),
  ].filter((warning) => warning !== undefined);
}

function shapeWarning({ ratio }: ReelRequest, video: StoredVideo, practice: boolean): string | undefined {
  const { width, height } = video;
  const aspect = aspectOf(ratio);
  if (aspect === undefined) return undefined;
  const made = `${width} × ${height}`;
  const way = orientation(width / height);
  if (orientation(aspect) !== way) return `The video is ${way} (${made}) although ${ratio} was asked for.`;
  if (practice) return undefined;
  const [asked, tall] = sizeOf(ratio);
  // A ratio of small numbers, such as 9:16, is a shape and no size.
  const fits =
    asked >= 100 && tall >= 100
      ? Math.abs(width - asked) <= SIZE_TOLERANCE && Math.abs(height - tall) <= SIZE_TOLERANCE
      : Math.abs(width / height / aspect - 1) <= ASPECT_TOLERANCE;
  return fits ? undefined : `The video has ${made} pixels although ${ratio} was asked for.`;
}

function sizeOf(ratio: string): [number, number] {
  const [width = 0, height = 0] = ratio.split(/[:_]/).map(Number);
  return [width, height];
}

function lengthWarning({ duration }: ReelRequest, { durationSeconds }: StoredVideo): string | undefined {
  const off = Math.abs(durationSeconds - duration);
  if (off < Math.min(duration * LENGTH_TOLERANCE, MOST_LENGTH_TOLERANCE)) return undefined;
  const made = Math.round(durationSeconds * 10) / 10;
  return `The video lasts ${made} s although ${duration} s were asked for.`;
}

function soundWarning({ audio }: ReelRequest, { hasAudio }: StoredVideo): string | undefined {
  if (audio === 'none' && hasAudio) return 'The video has an audio track although none was asked for.';
  if (audio !== 'none' && !hasAudio) return 'The video has no audio track although one was asked for.';
  return undefined;
}

function orientation(aspect: number): string {
  if (aspect === 1) return 'square';
  return aspect < 1 ? 'vertical' : 'landscape';
}
