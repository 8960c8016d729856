import fc from 'fast-check';
import { shortenPrompt } from './shorten-prompt';

describe('a shortened prompt', () => {
  it('ends after a sentence where one fits', () => {
    const first = 'Snow falls on a quiet town while the bells ring for the evening.';
    expect(shortenPrompt(`${first} Then ${'the lights go on, '.repeat(8)}`)).toBe(first);
  });

  it('ends after a word where no sentence leaves enough, without the comma behind it', () => {
    const prompt = `Oh. ${'lanterns, '.repeat(30)}`;
    const short = shortenPrompt(prompt);
    expect(short).toMatch(/^Oh\. (?:lanterns, )*lanterns$/);
    expect(short?.length).toBeLessThanOrEqual(prompt.length / 2);
  });

  it('ends between characters where there are no words', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(shortenPrompt(`x${family.repeat(20)}`)).toBe(`x${family.repeat(9)}`);
  });

  it('has half of the length at most, and 200 UTF-16 units', () => {
    expect(shortenPrompt('word '.repeat(20))?.length).toBeLessThanOrEqual(50);
    expect(shortenPrompt('word '.repeat(3_000))?.length).toBe(199);
  });

  it.each([
    ['a prompt that is short already', 'x'.repeat(79)],
    ['a prompt that begins with nothing to see', `${' '.repeat(300)}Snow`],
  ])('is not made from %s', (_, prompt) => {
    expect(shortenPrompt(prompt)).toBeUndefined();
  });

  it('is never cut inside a character, and the same each time', () => {
    const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const unit = fc.oneof(
      fc.constantFrom(' ', '. ', '\r\n', '\u0600', '\u0301', '\u200d', '👍🏽', '🇨🇭', 'ก็', '각', '. \u0301'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(unit, { minLength: 20, maxLength: 120 }), (parts) => {
        const prompt = parts.join('');
        const short = shortenPrompt(prompt);
        expect(shortenPrompt(prompt)).toBe(short);
        if (short === undefined) return;
        expect(prompt.startsWith(short)).toBe(true);
        expect(short.length).toBeLessThanOrEqual(Math.min(200, prompt.length / 2));
        const ends = [...characters.segment(prompt)].map(({ index, segment }) => index + segment.length);
        expect(ends).toContain(short.length);
      }),
    );
  });
});
