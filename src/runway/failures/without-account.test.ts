import { reelFailure } from '../../domain/failure';
import { CATALOG, entryOf } from './error-catalog';
import { failureEnvelope } from '../../activities/failure';
import { withoutAccount } from './without-account';

const shown = (failure: ReturnType<typeof reelFailure>) =>
  withoutAccount({ generations: [], failure }).failure;

test.each([
  'insufficient_credits',
  'payment_required',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'daily_limit_reached',
  'daily_budget_reached',
  'wrong_backend',
] as const)('the words of %s are taken out; what happened, what was charged and the cure stay', (code) => {
  const entry = entryOf(code);
  // Words may hold what looks like the end of a message.
  const words = 'Acme Inc has 4711 of 5000 credits. Nothing was charged. Charged: $1.00 (4711 credits)';
  const message = shown(reelFailure(failureEnvelope(entry, { words })))?.message;
  expect(message).toBe(failureEnvelope(entry).message);
});

test('other failures are shown as they are', () => {
  for (const entry of CATALOG.filter(({ category }) => category !== 'account')) {
    const failure = reelFailure(failureEnvelope(entry, { words: 'the words' }));
    if (!['rate_limited', 'wrong_backend'].includes(entry.code)) expect(shown(failure)).toEqual(failure);
  }
});

test('findings about the account are gone, those about the service stay', () => {
  const failure = {
    ...reelFailure(failureEnvelope(entryOf('internal_error'))),
    account: { creditBalance: 4_711 },
    service: { status: 'operational' },
  };
  const reel = withoutAccount({
    generations: [],
    failure,
    waiting: { for: 'Retrying', account: { creditBalance: 4_711 } },
    decision: {
      generation: 1,
      since: 'a',
      until: 'b',
      evidence: { gatheredAt: 'c', otherSubmits: 4_711, says: 'unclear' as const },
      choices: [],
    },
  });
  expect(JSON.stringify(reel)).not.toContain('4711');
  expect(reel).toMatchObject({ failure: { service: { status: 'operational' } }, decision: { since: 'a' } });
});
