/**
 * What every text passes that comes from outside: it is cut at whole characters, and is text that every reader takes.
 * Half a surrogate pair makes strict readers of JSON (jq, orjson, Rust) refuse the whole answer that holds it, and NUL
 * makes PostgreSQL (a reader's, and Temporal's own) refuse it.
 */

/** The text with U+FFFD in place of what not every reader takes: half a surrogate pair, and NUL. */
export function readable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** The longest character that is kept whole: a flag or a family has 25 units. A letter under a tower of marks is cut. */
const LONGEST_CHARACTER = 64;

/**
 * The beginning of a text, at most `max` UTF-16 units long, cut between characters as people see them (grapheme
 * clusters: a flag, a family, a letter with its accents), and well-formed.
 *
 * @param end what a text ends with that was cut, such as `…`; it counts.
 */
export function cutText(text: string, max: number, end = ''): string {
  if (text.length <= max) return readable(text);
  const room = Math.max(0, max - end.length);
  const at = CHARACTERS.segment(text.slice(0, room + LONGEST_CHARACTER)).containing(room)?.index ?? room;
  const start = text.slice(0, room - at > LONGEST_CHARACTER ? room : at);
  // A pair that was cut in the middle is left out, not replaced.
  return readable(start.replace(/[\uD800-\uDBFF]$/, '')) + end;
}

/** What controls a terminal, but for line breaks and tabs, or the direction of writing. */
const CONTROLS = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\u2028\u2029]/gu;

/** A text for a terminal or a log: without what controls the terminal or the direction of writing. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/\r\n/g, '\n').replace(CONTROLS, '');
}

/** JSON that shows no control characters either, and still means the same. */
export function printableJson(json: string): string {
  return json.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** One line of printable text: what controls a terminal or the direction of writing becomes a space. */
export function plainLine(text: string): string {
  // Not all of \p{C}: joiners make families and flags of emoji, and words in Persian.
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Bidi_Control}\s]+/gu, ' ')
    .trim();
}

/**
 * Letters, numbers, punctuation and symbols; not marks without a letter, spaces, controls, and what fonts draw nothing
 * for. The four that stand by their code are blank by their shape alone: Unicode has no property for that.
 */
const VISIBLE =
  /(?![\p{Default_Ignorable_Code_Point}\u2800\u{13441}\u{13442}\u{1D159}])[\p{L}\p{N}\p{P}\p{S}\p{Extended_Pictographic}]/u;

/** Whether the text has any visible character. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/**
 * `JSON.stringify` whose output any reader takes: half a surrogate pair and NUL, in values and in names, become U+FFFD.
 */
export function wellFormedJson(value: unknown, space?: number): string {
  // Of surrogates, `JSON.stringify` writes only the halves as escapes. An escaped backslash before "ud83d" is none.
  return JSON.stringify(value, null, space).replace(/\\(?:\\|ud[89a-f][0-9a-f]{2}|u0000)/g, (escape) =>
    escape === '\\\\' ? escape : '\\ufffd',
  );
}

/** A value as it was parsed from JSON, with every text in it readable, names of fields included. */
export function wellFormed<T>(value: T): T {
  return (isReadable(value) ? value : JSON.parse(wellFormedJson(value))) as T;
}

function isReadable(value: unknown): boolean {
  if (typeof value === 'string') return value === readable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => isReadable(name) && isReadable(inner));
}
