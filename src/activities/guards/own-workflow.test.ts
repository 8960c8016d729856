import { activityDeps, BACKEND, runActivity } from '../../../test/support/activity-deps';
import { makeHead, queuedState } from '../../domain/reel';
import { idFromWorkflow, onlyForOwnWorkflows } from './own-workflow';

const ID = `sim-${'a'.repeat(26)}`;
const OTHER = `sim-${'b'.repeat(26)}`;
const refusal = { type: 'Reel.NotOwnWorkflow', nonRetryable: true };

let deps: Awaited<ReturnType<typeof activityDeps>>;
beforeEach(async () => void (deps = await activityDeps()));
afterEach(() => deps.remove());

const facts = (workflowType: string, workflowId: string) => ({
  workflowType,
  workflowExecution: { workflowId, runId: 'a run' },
});

interface Args {
  readonly reelId: string;
  readonly generation?: number;
  readonly runwayTaskId?: string;
}

/** Calls an activity that belongs to `generateReel`. @param more what is guarded besides. */
function call(args: Args, from: ReturnType<typeof facts>, more: { readonly task?: true } = {}) {
  const activities = { one: (_: Args) => Promise.resolve('done') };
  const callers = { one: { type: 'generateReel', reel: 'reelId', ...more } } as const;
  return runActivity(onlyForOwnWorkflows(deps, activities, callers).one, args, undefined, from);
}

function headOf(id: string) {
  return makeHead({
    id,
    client: 'site',
    bodyHash: '',
    createdAt: '2026-11-23T06:00:00.000Z',
    backend: BACKEND,
    request: { promptText: 'x', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
    estimatedCredits: 80,
  });
}

/** The record of a reel that a run of this name makes. */
function keepRecord(workflowId: string): Promise<void> {
  const head = headOf(ID);
  return deps.storage.writeRecord({ schemaVersion: 1, workflowId, head, state: queuedState(head) });
}

test('the workflow of the reel may, and no other', async () => {
  expect(await call({ reelId: ID }, facts('generateReel', `reel-${ID}`))).toBe('done');
  for (const stranger of [
    facts('generateReel', `reel-${OTHER}`),
    facts('deliverWebhooks', `reel-${ID}`),
    facts('somebodyElse', `reel-${ID}`),
  ]) {
    await expect(call({ reelId: ID }, stranger)).rejects.toMatchObject(refusal);
  }
});

test('the record says which run makes the reel, also one of another name', async () => {
  await keepRecord('nightly-42');
  expect(await call({ reelId: ID }, facts('generateReel', 'nightly-42'))).toBe('done');
  await expect(call({ reelId: ID }, facts('generateReel', `reel-${ID}`))).rejects.toMatchObject(refusal);
});

test('before there is one, a run of another name has the reel that follows from its name', async () => {
  const reelId = idFromWorkflow('nightly-42', 'simulator');
  expect(await call({ reelId }, facts('generateReel', 'nightly-42'))).toBe('done');
  await expect(call({ reelId }, facts('generateReel', 'nightly-43'))).rejects.toMatchObject(refusal);
});

test('an order that is not begun yet is for the run of its own name alone, whatever follows from another', async () => {
  const reelId = idFromWorkflow('nightly-42', 'simulator');
  await deps.storage.keepOrder(headOf(reelId));
  await expect(call({ reelId }, facts('generateReel', 'nightly-42'))).rejects.toMatchObject(refusal);
  expect(await call({ reelId }, facts('generateReel', `reel-${reelId}`))).toBe('done');
});

test.each([[{}], [{ reelId: 7 }], [{ reelId: '../x' }]])(
  'what names no reel is refused: %j',
  async (args) => {
    await expect(call(args as Args, facts('generateReel', 'x'))).rejects.toMatchObject(refusal);
  },
);

test('a task is handled by the generation that has it', async () => {
  const at = '2026-11-23T06:00:00.000Z';
  const own = facts('generateReel', `reel-${ID}`);
  const about = (generation: number, runwayTaskId: string) =>
    call({ reelId: ID, generation, runwayTaskId }, own, { task: true });
  // The answer could not be written down: the history alone tells the task.
  expect(await about(1, 'task-1')).toBe('done');

  const key = { reelId: ID, generation: 1, number: 1 };
  await deps.storage.claims.claim(key, { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'a test' });
  await deps.storage.claims.answer(key, { kind: 'created', at, runwayTaskId: 'task-1' });
  expect(await about(1, 'task-1')).toBe('done');
  await expect(about(1, 'task-2')).rejects.toMatchObject(refusal);
  await expect(about(2, 'task-1')).rejects.toMatchObject(refusal);
  expect(await about(2, 'task-2')).toBe('done');
});

test('all arguments are passed on', async () => {
  const activities = { one: (args: Args, story = 0) => Promise.resolve(`${args.reelId} ${story}`) };
  const { one } = onlyForOwnWorkflows(deps, activities, { one: { type: 'generateReel' } });
  const called = runActivity(
    (args: Args) => one(args, 2),
    { reelId: ID },
    undefined,
    facts('generateReel', 'x'),
  );
  expect(await called).toBe(`${ID} 2`);
});
