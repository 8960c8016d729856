import type { AudioMode } from '../contract/request';

/** What `GET /v1/models` answers: everything that a form for a reel is drawn from. */
export interface ModelList {
  readonly models: readonly ModelInfo[];
  readonly promptImage: PromptImageRules;
  /** Reels are made by the simulator: practice clips, not made by AI, and nothing is charged. */
  readonly simulated: boolean;
  /** The most credits that a reel may cost where its request does not say; absent: four times its estimate. */
  readonly defaultMaxCredits?: number;
}

export interface PromptImageRules {
  readonly contentTypes: readonly string[];
  /** Characters of an image that is sent as a data URI. */
  readonly maxDataUriLength: number;
  readonly maxUrlLength: number;
}

export interface ModelInfo {
  readonly name: string;
  readonly default: boolean;
  readonly endpoints: readonly EndpointInfo[];
  /** Seconds. */
  readonly durations: readonly number[];
  readonly defaultDuration: number;
  /** Whether `promptImage` may or must be sent; `none`: the model takes no image. */
  readonly image: 'optional' | 'required' | 'none';
  /** `optional`: sound or not. `always`: the video has a sound track whatever is asked for. `none`: it has none. */
  readonly audio: 'optional' | 'always' | 'none';
  readonly audioModes: readonly AudioMode[];
  readonly seed: boolean;
  /** UTF-16 units, as in JavaScript's `length`. */
  readonly promptMaxLength: number;
  /** The same with `audio: music`, which needs some of them for words of its own. */
  readonly promptMaxLengthWithMusic: number;
  /** Absent: the model has no `negativePrompt`. */
  readonly negativePromptMaxLength?: number;
  readonly negativePromptMaxLengthWithMusic?: number;
  readonly prices: {
    /** A generation costs at least this. */
    readonly minimumCredits?: number;
    /** Charged once when an image is sent. */
    readonly imageCredits?: number;
    /** The most that one generation with the model's defaults and no audio costs. */
    readonly example: {
      readonly ratio: string;
      readonly duration: number;
      readonly credits: number;
      readonly dollars: number;
    };
  };
}

export interface EndpointInfo {
  readonly name: 'text_to_video' | 'image_to_video';
  readonly defaultRatio: string;
  readonly ratios: readonly {
    readonly ratio: string;
    readonly creditsPerSecond: number;
    readonly creditsPerSecondWithAudio?: number;
  }[];
}
