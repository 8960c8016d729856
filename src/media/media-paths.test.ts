import fc from 'fast-check';
import { sep } from 'node:path';
import { mediaPaths } from './media-paths';

const paths = mediaPaths('/data/reels-data');
const id = 'a'.repeat(26);

test('the videos of a reel are in its folder', () => {
  expect(paths.video(id, 2)).toBe(`/data/reels-data/reels/${id}/generation-2.mp4`);
  expect(paths.video(`sim-${id}`, 1)).toBe(`/data/reels-data/reels/sim-${id}/generation-1.mp4`);
});

test.each(['', '..', '../..', `${id}/..`, `${id}\n`, `../${id}`, `${id}\0`, id.toUpperCase(), `${id}a`])(
  '%j is no reel',
  (reelId) => {
    expect(() => paths.reel(reelId)).toThrow(expect.objectContaining({ code: 'not_found' }));
  },
);

test.each([0, -1, 1.5, NaN, Infinity, '1/../../x' as unknown as number])(
  '%p is no generation',
  (generation) => {
    expect(() => paths.video(id, generation)).toThrow(expect.objectContaining({ code: 'not_found' }));
  },
);

test('no text whatever leads out of the root', () => {
  const piece = fc.constantFrom('..', '/', '\\', '.', '\0', '%2e', id, 'f'.repeat(64), '.png');
  const text = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (name) => {
      for (const make of [paths.reel, paths.image]) {
        let path: string;
        try {
          path = make(name);
        } catch {
          continue;
        }
        expect(path.split(sep)).toHaveLength(5);
        expect(path).not.toContain('..');
      }
    }),
  );
});
