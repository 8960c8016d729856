/** What a caller asks for, after defaults: the shape that travels through Temporal and stands on the reel. */
export interface ReelRequest {
  readonly promptText: string;
  /** An https or runway:// URL, or `stored:<sha256>.<extension>` for an image that came as a data URI. */
  readonly promptImage?: string;
  readonly model: string;
  /** Width to height as Runway writes it, for example `720:1280`; some models take `9:16`. */
  readonly ratio: string;
  /** Seconds. */
  readonly duration: number;
  readonly audio: AudioMode;
  readonly negativePrompt?: string;
  readonly seed?: number;
  /** What may be changed when the caller's own settings keep failing, in this order; none when absent. */
  readonly fallbacks?: readonly Fallback[];
  /** What to do when a submit was sent and its answer lost; absent: `ON_LOST_ANSWER`. */
  readonly onLostAnswer?: OnLostAnswer;
  /** Most credits that all generations of the reel may cost together. */
  readonly maxCredits?: number;
  /** How long the reel may take, as a duration such as `48h`. */
  readonly deadline?: string;
  /** Where webhooks about the reel go. */
  readonly webhookUrl?: string;
  readonly title?: string;
  /** ISO date (`2025-12-06`) of the event that the reel is for. */
  readonly date?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** `wait` waits FALLBACK_WAIT and tries the same settings again. */
export type Fallback = 'no_audio' | 'shorter_prompt' | 'wait' | `model:${string}`;

export const ON_LOST_ANSWER = ['ask', 'submit_again'] as const;
export type OnLostAnswer = (typeof ON_LOST_ANSWER)[number];

export const AUDIO_MODES = ['none', 'music', 'music_and_speech'] as const;
export type AudioMode = (typeof AUDIO_MODES)[number];

const AUDIO_WORDS = {
  none: 'no audio',
  music: 'music',
  music_and_speech: 'music and speech',
} as const satisfies Record<AudioMode, string>;

export function describeAudio(mode: AudioMode): string {
  return AUDIO_WORDS[mode];
}
