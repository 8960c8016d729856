import fc from 'fast-check';
import { noRoom, type Commitment } from './credit-window';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** In the order in which they are asked for; the clocks of those who ask differ by hours. */
const orders = fc.array(fc.record({ atMs: fc.nat(4 * 24).map((hour) => hour * HOUR), credits: fc.nat(60) }), {
  maxLength: 60,
});

function granted(all: readonly Commitment[]): Commitment[] {
  const book: Commitment[] = [];
  for (const one of all) if (!noRoom(book, one.credits, one.atMs, 100)) book.push(one);
  return book;
}

test('no window of 24 hours ever holds more than the limit, whatever clocks say', () => {
  fc.assert(
    fc.property(orders, (all) => {
      const book = granted(all);
      for (const { atMs: end } of book) {
        const inWindow = book.filter(({ atMs }) => atMs <= end && atMs > end - DAY);
        expect(inWindow.reduce((sum, { credits }) => sum + credits, 0)).toBeLessThanOrEqual(100);
      }
    }),
  );
});

test('what is refused fits at the time that was named, and not before', () => {
  fc.assert(
    fc.property(orders, fc.nat(120), (all, credits) => {
      const book = granted(all);
      const refused = noRoom(book, credits, 4 * DAY, 100);
      if (!refused) return;
      expect(refused.freeAt === undefined).toBe(credits > 100);
      if (refused.freeAt === undefined) return;
      const freeAt = Date.parse(refused.freeAt);
      expect(noRoom(book, credits, freeAt, 100)).toBeUndefined();
      expect(noRoom(book, credits, freeAt - 1, 100)).toBeDefined();
    }),
  );
});
