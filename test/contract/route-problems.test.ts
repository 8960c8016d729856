/** A helper that throws a problem belongs to no route: every route that calls it has to name the code. */
import type { ProblemCode } from '../../src/contract/problems';
import { refusalsOf } from '../../src/api/openapi/refusals';
import { ROUTES } from '../../src/api/routes';
import { reachableProblems } from '../support/reachable-problems';

/** Refusals that the code leads to and the route never answers with. */
const NEVER: Readonly<Record<string, readonly ProblemCode[]>> = {
  // Only a remake brings an image that is stored already.
  createReel: ['image_missing'],
  // The stream begins, and shows the reel once Temporal answers.
  followReel: ['temporal_unreachable'],
  // A reel that is deleted already is deleted again.
  deleteReel: ['reel_deleted'],
  // To read needs no page of one's own.
  getSession: ['not_from_own_page'],
  // It is a part that is down.
  isReady: ['temporal_unreachable'],
  // The key is made from the body, is that of no deleted reel, and has no stored image.
  generateReel: ['idempotency_key_reused', 'reel_deleted', 'image_missing'],
};

const reachable = reachableProblems();

test.each(ROUTES.map((route) => [route.id, route] as const))(
  '%s names every problem that its helpers make',
  (id, route) => {
    const named = new Set([...refusalsOf(route).values()].flat());
    const unnamed = [...(reachable.get(id) ?? [])].filter((code) => !named.has(code));
    expect(unnamed.sort()).toEqual([...(NEVER[id] ?? [])].sort());
  },
);

test('every handler is read, through what handlers share down to helpers of helpers', () => {
  expect([...reachable.keys()].sort()).toEqual(ROUTES.map(({ id }) => id).sort());
  expect([...(reachable.get('remakeReel') ?? [])]).toEqual(
    expect.arrayContaining(['reel_not_found', 'reel_deleted', 'too_many_reels', 'temporal_unreachable']),
  );
  expect([...(reachable.get('getVideo') ?? [])]).toEqual(
    expect.arrayContaining(['link_invalid', 'link_expired']),
  );
});
