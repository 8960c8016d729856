/**
 * Texts as they are searched: in the column `search` of a reel, and in what is looked for. Both are made by the same rules, so
 * that `STRASSE`, `Straße` and `strasse` are one word, and `cafe` finds `Café`. Pure.
 */

/** Letters with a stroke, a hook or a tie, which Unicode does not take apart. */
const PLAIN: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ŀ: 'l',
  ı: 'i',
  ŋ: 'n',
  ĸ: 'k',
  ɨ: 'i',
  ɖ: 'd',
  ɓ: 'b',
  ɗ: 'd',
  ə: 'e',
  ς: 'σ',
};

const STROKES = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu');
/** Marks make another letter in most scripts (が is not か); in these they are accents. */
const ACCENTS = /(?<=[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}])\p{M}+/gu;
/** Written without spaces between words: each character can be the first one of a word. */
const UNSPACED = '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}';
const PIECES = new RegExp(
  `(?=[\\p{L}\\p{N}\\p{M}])[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+|\\p{Extended_Pictographic}`,
  'gu',
);

/** Compatible forms are one (ﬁ, ２, ｶﾞ), and case and accents do not count. */
function fold(text: string): string {
  const taken = text.normalize('NFKD').replace(ACCENTS, '');
  // Up, so that ß is SS; down before it, as ẞ has no upper case.
  const lower = taken.toLowerCase().toUpperCase().toLowerCase();
  const bare = lower.normalize('NFKD').replace(ACCENTS, '');
  return bare.replace(STROKES, (letter) => PLAIN[letter] ?? letter).normalize('NFKC');
}

const piecesOf = (text: string): string[] => fold(text).match(PIECES) ?? [];

/** What is kept to be searched: each word, and each character of a script without spaces, after a space. */
export function searchText(...texts: readonly (string | undefined)[]): string {
  // Nothing is found across two texts.
  return texts
    .map((text = '') =>
      piecesOf(text)
        .map((piece) => ` ${piece}`)
        .join(''),
    )
    .join(' |');
}

/**
 * What has to stand in a `searchText` for it to be found: each word of the query, as a word or the beginning of one. Words of
 * a script without spaces may stand anywhere in a text. None contains `%`, `_` or a backslash.
 */
export function searchWords(query: string): string[] {
  const words = query.split(/[^\p{L}\p{N}\p{M}\p{Extended_Pictographic}]+/u);
  return [...new Set(words.map((word) => searchText(word)).filter((word) => word !== ''))];
}
