import fc from 'fast-check';
import { cutText, plainLine, printable, printableJson, readable, wellFormed, wellFormedJson } from './text';

const FAMILY = '👨‍👩‍👧‍👦';
/** Texts of all kinds, broken ones among them. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '\ud83d',
      '\ude00',
      '😀',
      'e\u0301',
      FAMILY,
      '\u0000',
      '\\',
      '"',
      'ud83d',
    ),
  }),
);

describe('a text is cut', () => {
  test.each([
    ['short', 10, 'short'],
    ['1234567890', 10, '1234567890'],
    ['12345678901', 10, '123456789…'],
    [`12345678😀9`, 10, '12345678…'],
    [`1234567${FAMILY}8`, 10, '1234567…'],
    ['12345678e\u0301\u0302x', 10, '12345678…'],
    ['\r\n'.repeat(9), 4, '\r\n…'],
  ])('%j at %i is %j', (text, max, expected) => {
    expect(cutText(text, max, '…')).toBe(expected);
  });

  test('also under a tower of marks, which is one character', () => {
    const tower = `a${'\u0301'.repeat(5_000)}`;
    expect(cutText(`${tower} and more`, 100)).toBe(tower.slice(0, 100));
  });

  test('to well-formed Unicode that is no longer than it may be', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, max) => {
        const cut = cutText(text, max, '…');
        return cut === readable(cut) && cut.length <= max;
      }),
    );
  });
});

test('JSON that is written here has no half of a character and no NUL, in values and names, and is the same otherwise', () => {
  expect(wellFormedJson({ 'a\ud83d\0': ['\ude00', 'a😀\0'] })).toBe(
    '{"a\\ufffd\\ufffd":["\\ufffd","a😀\\ufffd"]}',
  );
  // A backslash that somebody typed, and no escape.
  expect(JSON.parse(wellFormedJson('\\ud83d \\u0000'))).toBe('\\ud83d \\u0000');
  fc.assert(
    fc.property(fc.jsonValue(), anyText, (value, text) => {
      const sent = { value, [text]: text };
      const read = JSON.parse(wellFormedJson(sent)) as unknown;
      expect(read).toEqual(JSON.parse(JSON.stringify(sent, mended)));
      expect(wellFormedJson(sent)).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:d[89a-f]|0000)/i);
    }),
  );
});

function mended(_: string, value: unknown): unknown {
  if (typeof value === 'string') return readable(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [readable(name), inner]));
}

test('a parsed value is mended through and through, and is left alone where nothing is broken', () => {
  const whole = { a: [{ b: '😀' }] };
  expect(wellFormed(whole)).toBe(whole);
  expect(wellFormed({ a: [{ 'b\ud83d': 'x\ude00\0' }] })).toEqual({ a: [{ 'b\ufffd': 'x\ufffd\ufffd' }] });
});

test.each([
  ['a\u001b]0;title\u0007b', 'a ]0;title b'],
  ['a\u202egpj.exe', 'a gpj.exe'],
  [' two\r\n lines\u2028 ', 'two lines'],
  [`${FAMILY} 🇩🇪`, `${FAMILY} 🇩🇪`],
  ['half \ud83d', 'half \ufffd'],
])('%j is %j on one line', (text, line) => {
  expect(plainLine(text)).toBe(line);
});

test('a printable text keeps its lines, and nothing that controls a terminal', () => {
  expect(printable('a\u001b]0;title\u0007\r\nb\tc\u009b31m\u202egpj.exe\u2066\u007f')).toBe(
    'a]0;title\nb\tc31mgpj.exe',
  );
  expect(printable(`${FAMILY} نمی‌خواهم`)).toBe(`${FAMILY} نمی‌خواهم`);
});

test('printable JSON means the same', () => {
  const value = { 'a\u202e': 'b\u009b\u001b\u007f\u2066\n' };
  const json = printableJson(JSON.stringify(value));
  expect(json).toMatch(/^[ -~]+$/);
  expect(JSON.parse(json)).toEqual(value);
});
