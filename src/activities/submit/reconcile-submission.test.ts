import { activityDeps, BACKEND, runActivity } from '../../../test/support/activity-deps';
import type { Counters } from '../../contract/schemas/findings';
import { entryOf } from '../../runway/failures/error-catalog';
import { failureEnvelope } from '../failure';
import type { OrganizationRead } from '../../runway/calls/organization';
import type { ClaimAnswer } from '../../database/claims';
import { reconcileSubmission, type TaskSearch } from './reconcile-submission';
import { settleClaims } from './claim-walk';

const REEL = 'a'.repeat(26);
const OTHER = 'b'.repeat(26);
const MODEL = 'veo3.1_fast';
const TASK = '695f1a48-dd9f-4000-8000-000000000001';
const ARGS = { reelId: REEL, generation: 1, backend: BACKEND, model: MODEL, estimatedCredits: 80 };
const KEY = { reelId: REEL, generation: 1, number: 1 };
const at = new Date().toISOString();
const UNKNOWN: ClaimAnswer = {
  kind: 'unknown',
  at,
  failure: failureEnvelope(entryOf('submit_outcome_unknown'), { uncertainCredits: 80 }),
};

let deps: Awaited<ReturnType<typeof activityDeps>>;
let after: OrganizationRead = { kind: 'fault', words: 'no answer' };
beforeEach(async () => {
  deps = await activityDeps({ readOrganization: () => Promise.resolve(after) });
  after = { kind: 'fault', words: 'no answer' };
});
afterEach(() => deps.remove());

const run = (search?: () => Promise<TaskSearch>) => runActivity(reconcileSubmission(deps, search), ARGS);
const counted = ({ creditBalance, dailyGenerations }: Counters): OrganizationRead => ({
  kind: 'organization',
  organization: { creditBalance, models: { [MODEL]: { dailyGenerations } } },
});

async function claim(reelId: string, answer: ClaimAnswer | undefined, before?: Counters): Promise<void> {
  const now = Date.now();
  const key = { ...KEY, reelId };
  await deps.storage.claims.claim(key, {
    claimedAt: new Date(now).toISOString(),
    sendBefore: new Date(now + 15_000).toISOString(),
    answerBefore: new Date(now).toISOString(),
    sender: 'a test',
    ...(before && { before }),
  });
  if (answer) await deps.storage.claims.answer(key, answer);
}

/** Another reel of this service that submits at the same time. */
async function otherSubmit(): Promise<void> {
  const entry = { reelId: OTHER, generation: 1, client: 'local', model: MODEL, credits: 80 };
  await deps.storage.ledger.reserve({ ...entry, at: new Date().toISOString() }, {});
  await claim(OTHER, { kind: 'created', at, runwayTaskId: TASK });
}

describe('a lost answer', () => {
  it('that came late is adopted', async () => {
    await claim(REEL, { kind: 'created', at, runwayTaskId: TASK, estimatedCredits: 80 });
    expect(await run()).toEqual({ kind: 'adopted', runwayTaskId: TASK, estimatedCredits: 80 });
  });

  it('of a submit that was never claimed is proven absent, by a void claim', async () => {
    expect(await run()).toEqual({ kind: 'absent' });
    expect(await deps.storage.claims.read(KEY)).toEqual({ kind: 'void' });
  });

  it('is not asked about again once a later generation was submitted', async () => {
    await claim(REEL, UNKNOWN);
    await deps.storage.claims.voidClaim({ reelId: REEL, generation: 2, number: 1 });
    expect(await run()).toMatchObject({ kind: 'unknown' });
    const sent = { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'another run' };
    await deps.storage.claims.claim({ reelId: REEL, generation: 2, number: 2 }, sent);
    expect(await run()).toEqual({ kind: 'regenerate' });
  });

  it('that was a refusal is absent: the claim keeps its name', async () => {
    const failure = failureEnvelope(entryOf('payment_required'));
    await claim(REEL, { kind: 'refused', at, failure });
    expect(await run()).toEqual({ kind: 'absent' });
    expect(await settleClaims(deps.storage.claims, KEY, 80)).toEqual({ kind: 'failed', failure });
  });

  it.each<[string, ClaimAnswer | undefined]>([
    ['the sender does not know', UNKNOWN],
    ['the sender died', undefined],
  ])('stays unknown when %s, with choices and their prices', async (_, answer) => {
    await claim(REEL, answer);
    const found = await run();
    expect(found).toMatchObject({ kind: 'unknown', evidence: { otherSubmits: 0, says: 'unclear' } });
    if (found.kind !== 'unknown') return;
    expect(found.choices.map(({ action, atMostCredits }) => [action, atMostCredits])).toEqual([
      ['adopt', 0],
      ['regenerate', 80],
      ['abandon', 0],
    ]);
    const [adopt, regenerate, abandon] = found.choices.map(({ text }) => text);
    expect(adopt).toContain('Request History at https://dev.runwayml.com');
    expect(adopt).toContain(MODEL);
    expect(regenerate).toContain('both are paid');
    expect(abandon).toContain('$0.80 (80 credits)');
    expect(await deps.storage.claims.read({ ...KEY, number: 2 })).toBeUndefined();
  });

  it.each<[string, Counters, Counters, 'exists' | 'unclear']>([
    ['one more generation is counted', { dailyGenerations: 4 }, { dailyGenerations: 5 }, 'exists'],
    ['none more is counted', { dailyGenerations: 4 }, { dailyGenerations: 4 }, 'unclear'],
    ['old ones left the 24 hours', { dailyGenerations: 4 }, { dailyGenerations: 3 }, 'unclear'],
    ['the balance fell', { creditBalance: 500 }, { creditBalance: 420 }, 'exists'],
    ['credits were bought', { creditBalance: 500 }, { creditBalance: 1_500 }, 'unclear'],
    ['Runway tells nothing', { dailyGenerations: 4 }, {}, 'unclear'],
    ['nothing was read before', {}, { dailyGenerations: 9, creditBalance: 1 }, 'unclear'],
  ])('shows the counters: %s', async (_, before, now, says) => {
    await claim(REEL, UNKNOWN, before);
    after = counted(now);
    expect(await run()).toMatchObject({ evidence: { before, says } });
  });

  it('is not taken for another submit of ours, which moves the same counters', async () => {
    await claim(REEL, UNKNOWN, { dailyGenerations: 4, creditBalance: 500 });
    await otherSubmit();
    after = counted({ dailyGenerations: 5, creditBalance: 420 });
    expect(await run()).toMatchObject({ evidence: { otherSubmits: 1, says: 'unclear' } });
    after = counted({ dailyGenerations: 6, creditBalance: 420 });
    expect(await run()).toMatchObject({ evidence: { otherSubmits: 1, says: 'exists' } });
  });

  it('is not explained by what had ended before', async () => {
    await otherSubmit();
    const before = new Date(Date.now() - 60_000).toISOString();
    await deps.storage.ledger.settle(OTHER, 1, { charged: 80, uncertain: 0, at: before });
    await claim(REEL, UNKNOWN, { dailyGenerations: 4 });
    after = counted({ dailyGenerations: 5 });
    expect(await run()).toMatchObject({ evidence: { otherSubmits: 0, says: 'exists' } });
  });
});

describe('a search at Runway, once one is possible,', () => {
  it('adopts what it finds, and tells the fence', async () => {
    await claim(REEL, UNKNOWN);
    const found = { kind: 'adopted', runwayTaskId: TASK } as const;
    expect(await run(() => Promise.resolve(found))).toEqual(found);
    expect(await settleClaims(deps.storage.claims, KEY, 80)).toEqual({ kind: 'created', runwayTaskId: TASK });
  });

  it('lets the fence open for one more submit when there is proof that no task exists', async () => {
    await claim(REEL, UNKNOWN);
    expect(await run(() => Promise.resolve({ kind: 'absent' }))).toEqual({ kind: 'absent' });
    expect(await settleClaims(deps.storage.claims, KEY, 80)).toEqual({ kind: 'not_sent' });
  });
});
