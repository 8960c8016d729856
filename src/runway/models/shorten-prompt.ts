import { LEAST_TO_SHORTEN } from '../../contract/request';

/** Shortened prompts have at most this many UTF-16 units, and at most half of what they had. */
const MOST = 200;

// A fixed language: the machine's own must not decide what is sent.
const LANGUAGE = 'en';
const SENTENCES = new Intl.Segmenter(LANGUAGE, { granularity: 'sentence' });
const WORDS = new Intl.Segmenter(LANGUAGE, { granularity: 'word' });
const CHARACTERS = new Intl.Segmenter(LANGUAGE, { granularity: 'grapheme' });

/**
 * The beginning of a prompt: cut after a sentence, else after a word, and never inside what a reader sees as one
 * character. A cut that would leave less than half of what is allowed is not taken. The same for the same prompt.
 *
 * @returns undefined when the prompt is too short, or nothing would be left to see.
 */
export function shortenPrompt(prompt: string): string | undefined {
  if (prompt.length < LEAST_TO_SHORTEN) return undefined;
  const most = Math.min(MOST, Math.floor(prompt.length / 2));
  const cuts = [lastEnd(SENTENCES, prompt, most), lastEnd(WORDS, prompt, most), most];
  for (const cut of cuts.map((end) => cutAt(prompt, end))) {
    if (cut.length >= most / 2 && /[^\s\p{Cc}\p{Cf}]/u.test(cut)) return cut;
  }
  return undefined;
}

function cutAt(prompt: string, end: number): string {
  const trimmed = prompt.slice(0, end).trimEnd().length;
  // Whitespace may belong to the character before it, and the end itself may lie inside one.
  return prompt.slice(0, CHARACTERS.segment(prompt).containing(trimmed)?.index ?? trimmed);
}

/** End of the last segment that lies within `most` units: of the last word, what follows it does not count. */
function lastEnd(segmenter: Intl.Segmenter, text: string, most: number): number {
  let last = 0;
  for (const { index, segment, isWordLike } of segmenter.segment(text)) {
    const end = index + segment.trimEnd().length;
    if (end > most) break;
    if (isWordLike !== false) last = end;
  }
  return last;
}
