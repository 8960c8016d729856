import type { ReelHead } from '../../domain/reel';
import type { Storage } from '../../storage/storage';
import { placeOrder } from './daily-budget';
import type { Problem } from '../http/problem';

const NOW = new Date('2026-11-23T12:00:00.000Z');
/** A day after somebody's order, which was at this second. */
const FREE_AT = '2026-11-24T08:17:42.123Z';
const ORDER = { id: 'a'.repeat(26), client: 'site', request: { model: 'veo3.1' }, estimatedCredits: 80 };

/** The refusal of a ledger that is full. */
async function refusal(of: 'client' | 'total', admins: string[]): Promise<Problem> {
  const answer = { ok: false, of, limit: 1_200, committed: 1_190, freeAt: FREE_AT };
  const storage = { placeOrder: () => Promise.resolve(answer) } as unknown as Storage;
  const apiKeys = [{ client: 'site', sha256: 'a'.repeat(64) }];
  const settings = { apiKeys, admins, corsOrigins: [], dailyMaxCredits: 1_200 };
  const refused = placeOrder({ storage, settings }, ORDER as unknown as ReelHead, NOW);
  return refused.then(
    () => {
      throw new Error('it was not refused');
    },
    (problem: unknown) => problem as Problem,
  );
}

test('when there is room again is told to the hour: to the second, it would be when another client ordered', async () => {
  const problem = await refusal('total', []);
  expect(problem.toJSON()).toMatchObject({
    code: 'daily_budget_reached',
    freeAt: '2026-11-24T09:00:00.000Z',
  });
  expect(JSON.stringify(problem)).not.toMatch(/1,?200|1,?190|08:17/);
  expect(problem.headers).toEqual({ 'Retry-After': String(21 * 3_600) });
});

test.each([
  ['an admin', 'total', ['site']],
  ['a client of its own limit', 'client', []],
] as const)('%s is told all of it', async (_who, of, admins) => {
  const problem = await refusal(of, [...admins]);
  expect(problem.toJSON()).toMatchObject({ limit: 1_200, committed: 1_190, freeAt: FREE_AT });
});
