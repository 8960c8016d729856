/** A submit whose answer is lost: evidence, policy or a person decides, and nothing is paid twice in silence. */
import type { Reel } from '../../src/contract/schemas/reel';
import type { Resolution } from '../../src/contract/schemas/reel';
import { resolveReel } from '../../src/workflows/messages';
import { problemOf } from '../support/api';
import { Service } from '../support/service';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ policy: { decisionPatienceMs: 600_000 } });
});
afterAll(() => service.stop());

const undecided = (id: string) =>
  service.until(id, 'the question', ({ status }) => status === 'needs_decision');
const resolve = (id: string, body: unknown) => service.api.post(`/v1/reels/${id}/resolve`, body);

/** The prompt makes the POSTs of one test tell apart from those of another with the same scenario. */
async function lose(scenario: string, name: string, fields: Record<string, unknown> = {}): Promise<Reel> {
  const promptText = `${name} #${scenario}`;
  return service.order(scenario, { promptText, ...fields });
}
const postsOf = (name: string) =>
  service.simulator.ledger().posts.filter(({ prompt }) => prompt?.startsWith(`${name} `));

test('by default the reel asks, shows the evidence and says what each choice may cost', async () => {
  const { id } = await lose('lost-504-with-task', 'asks');
  const reel = await undecided(id);
  expect(reel).toMatchObject({
    generations: [{ number: 1, status: 'uncertain' }],
    credits: { charged: 0, uncertain: 80 },
    decision: {
      generation: 1,
      evidence: { otherSubmits: 0 },
      choices: [
        { action: 'adopt', atMostCredits: 0 },
        { action: 'regenerate', atMostCredits: 80 },
        { action: 'abandon', atMostCredits: 0 },
      ],
    },
  });
  expect(reel.decision?.choices[0]?.text).toContain('dev.runwayml.com');
  const { events = [] } = await service.handle(id).fetchHistory();
  const timers = events?.filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
  expect(timers?.length).toBeGreaterThan(1);
  expect(timers?.filter(({ userMetadata }) => !userMetadata?.summary)).toEqual([]);
  const { reels } = (await (await service.api.fetch('/v1/reels?uncertain=true')).json()) as { reels: Reel[] };
  expect(reels.map((one) => one.id)).toContain(id);
  await resolve(id, { action: 'abandon' });
  expect(await service.ended(id)).toMatchObject({
    status: 'failed',
    failure: { code: 'submit_outcome_unknown' },
    credits: { charged: 0, uncertain: 80 },
  });
  expect(postsOf('asks')).toHaveLength(1);
});

test('adopt looks at the task first, and then makes the reel from it', async () => {
  const { id } = await lose('lost-504-with-task', 'adopts');
  await undecided(id);
  const wrong = await problemOf(
    resolve(id, { action: 'adopt', runwayTaskId: '00000000-0000-4000-8000-000000000000' }),
  );
  expect(wrong).toMatchObject({ status: 422, code: 'adopt_refused' });
  expect((await service.reel(id)).status).toBe('needs_decision');

  const runwayTaskId = postsOf('adopts')[0]?.taskId;
  expect((await resolve(id, { action: 'adopt', runwayTaskId })).status).toBe(202);
  expect(await service.ended(id)).toMatchObject({
    status: 'succeeded',
    generations: [{ runwayTaskId, status: 'succeeded' }],
    credits: { charged: 80, uncertain: 0 },
  });
  expect(postsOf('adopts')).toHaveLength(1);
});

test('regenerate submits one more, and the first one stays uncertain', async () => {
  const { id } = await lose('lost-reset', 'regenerates');
  await undecided(id);
  await resolve(id, { action: 'regenerate' });
  await resolve(id, { action: 'regenerate' });
  expect(await service.ended(id)).toMatchObject({
    status: 'succeeded',
    generations: [{ status: 'uncertain' }, { status: 'succeeded' }],
    credits: { charged: 80, uncertain: 80 },
  });
  expect(postsOf('regenerates')).toHaveLength(2);
});

test('submit_again submits once more by itself, within maxCredits', async () => {
  const { id } = await lose('lost-reset', 'again', { onLostAnswer: 'submit_again' });
  expect(await service.ended(id)).toMatchObject({
    status: 'succeeded',
    credits: { charged: 80, uncertain: 80 },
  });
  expect(postsOf('again')).toHaveLength(2);

  const bounded = await lose('lost-reset', 'bounded', { onLostAnswer: 'submit_again', maxCredits: 150 });
  const { decision } = await undecided(bounded.id);
  expect(decision?.choices.map(({ action }) => action)).toEqual(['adopt', 'abandon']);
  // What is no choice cannot be chosen: the reel would fail over it, with its task unadopted.
  expect(await problemOf(resolve(bounded.id, { action: 'regenerate' }))).toMatchObject({
    status: 409,
    code: 'regenerate_refused',
    detail: expect.stringContaining('maxCredits of 150') as string,
  });
  expect((await service.reel(bounded.id)).status).toBe('needs_decision');
  await resolve(bounded.id, { action: 'abandon' });
  await service.ended(bounded.id);
  expect(postsOf('bounded')).toHaveLength(1);
});

test('submit_again asks all the same when the evidence says that a task exists', async () => {
  // A service of its own: what other reels spent in the same seconds would explain the counters.
  const quiet = await Service.start({ policy: { decisionPatienceMs: 600_000 } });
  try {
    const { id } = await quiet.order('lost-504-with-task', { onLostAnswer: 'submit_again' });
    const { decision } = await quiet.until(id, 'the question', ({ status }) => status === 'needs_decision');
    expect(decision?.evidence).toMatchObject({ says: 'exists', otherSubmits: 0 });
    await quiet.api.post(`/v1/reels/${id}/resolve`, { action: 'abandon' });
    await quiet.ended(id);
    expect(quiet.posts('lost-504-with-task')).toHaveLength(1);
  } finally {
    await quiet.stop();
  }
});

test('a cancel while it asks ends the reel with the possible charge', async () => {
  const { id } = await lose('lost-reset', 'cancelled');
  await undecided(id);
  await service.api.post(`/v1/reels/${id}/cancel`);
  expect(await service.ended(id)).toMatchObject({
    status: 'cancelled',
    credits: { charged: 0, uncertain: 80 },
  });
  expect((await resolve(id, { action: 'regenerate' })).status).toBe(409);
});

test('an action that does not exist is refused, also straight at Temporal, and decides nothing', async () => {
  const { id } = await lose('lost-reset', 'misspelt');
  await undecided(id);
  for (const misspelt of [{ action: 'regenrate' }, 'regenerate', undefined]) {
    const args: [Resolution] = [misspelt as unknown as Resolution];
    await expect(service.handle(id).executeUpdate(resolveReel, { args })).rejects.toMatchObject({
      cause: {
        type: 'unknown_action',
        message: expect.stringContaining('adopt, regenerate, abandon') as string,
      },
    });
  }
  expect((await service.reel(id)).status).toBe('needs_decision');
  await resolve(id, { action: 'abandon' });
});

test('an answer that comes while it asks settles it: the task is adopted and the reel made', async () => {
  const { id } = await lose('lost-504-with-task', 'late');
  await undecided(id);
  const [post] = postsOf('late');
  await service.storage.claims.answer(
    { reelId: id, generation: 1, number: 1 },
    { kind: 'created', at: new Date().toISOString(), runwayTaskId: post?.taskId ?? '' },
  );
  expect(await service.ended(id)).toMatchObject({
    status: 'succeeded',
    credits: { charged: 80, uncertain: 0 },
  });
  expect(postsOf('late')).toHaveLength(1);
});

test('the same decision twice is one; a reel that needs none answers 409', async () => {
  const reel = await service.make('no-decision');
  expect(await problemOf(resolve(reel.id, { action: 'regenerate' }))).toMatchObject({
    status: 409,
    code: 'not_undecided',
  });
});

test('without a decision the reel fails in the end, with the possible charge', async () => {
  const hasty = await Service.start({ policy: { decisionPatienceMs: 300 } });
  try {
    expect(await hasty.make('lost-reset')).toMatchObject({
      status: 'failed',
      failure: { code: 'submit_outcome_unknown' },
      credits: { uncertain: 80 },
    });
  } finally {
    await hasty.stop();
  }
});
