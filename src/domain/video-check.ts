/** Result of checking a downloaded file: whether a browser plays it, and its facts. */
import type { StoredVideo } from '../contract/schemas/reel';

type VideoFacts = Pick<StoredVideo, 'contentType' | 'width' | 'height' | 'durationSeconds' | 'hasAudio'> & {
  readonly checked: NonNullable<StoredVideo['checked']>;
};

export type VideoVerdict =
  | {
      readonly kind: 'plays';
      readonly facts: VideoFacts;
      /** What is odd about it all the same, in words. */
      readonly notes: readonly string[];
    }
  /** Whole, and in a form that browsers do not play; `words` name the form. */
  | {
      readonly kind: 'not_playable';
      readonly facts: VideoFacts;
      readonly notes: readonly string[];
      readonly words: string;
    }
  /** Damaged, cut short, or no video at all. */
  | { readonly kind: 'damaged'; readonly words: string };

/** @throws Error with a code of the operating system when the file cannot be read; the reason of `signal` */
export type VideoCheck = (path: string, signal?: AbortSignal) => Promise<VideoVerdict>;

/** A file that is kept: playable, or whole and in a form that browsers do not play. */
export interface CheckedVideo {
  readonly video: StoredVideo;
  /** What is odd about it all the same, in words. */
  readonly notes: readonly string[];
  /** The form that browsers do not play, in words. */
  readonly notPlayable?: string;
}
