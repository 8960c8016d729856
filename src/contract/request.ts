/** Values of a request that rules are made of. They run in the workflow sandbox and in the browser, without zod. */
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

/** A prompt of fewer UTF-16 units says little enough: it is not shortened. */
export const LEAST_TO_SHORTEN = 80;
