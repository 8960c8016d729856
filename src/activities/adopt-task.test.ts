import { activityDeps, BACKEND, runActivity } from '../../test/support/activity-deps';
import type { TaskRead } from '../runway/task-read';
import { adoptTask } from './adopt-task';
import { settleClaims } from './settle-claims';

const REEL = 'a'.repeat(26);
const OTHER = 'b'.repeat(26);
const TASK = '695f1a48-dd9f-4000-8000-000000000001';
const ANOTHER = '695f1a48-dd9f-4000-8000-000000000002';
const FOUND: TaskRead = { kind: 'task', task: { status: 'RUNNING', output: [] } };

let deps: Awaited<ReturnType<typeof activityDeps>>;
let read: TaskRead;
beforeEach(async () => {
  deps = await activityDeps({ readTask: () => Promise.resolve(read) });
  read = FOUND;
});
afterEach(() => deps.remove());

const adopt = (runwayTaskId: string, generation = 2) =>
  runActivity(adoptTask(deps), {
    reelId: REEL,
    generation,
    backend: BACKEND,
    runwayTaskId,
  });

async function claim(reelId: string, generation: number, runwayTaskId?: string): Promise<void> {
  const at = new Date().toISOString();
  const key = { reelId, generation, number: 1 };
  await deps.storage.claims.claim(key, { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'a test' });
  if (runwayTaskId) await deps.storage.claims.answer(key, { kind: 'created', at, runwayTaskId });
}

describe('a task that a person found', () => {
  it('is written into the claim, so that every later run finds it there', async () => {
    await claim(REEL, 2);
    expect(await adopt(TASK)).toEqual({ runwayTaskId: TASK });
    const settled = await settleClaims(deps.storage.claims, { reelId: REEL, generation: 2 }, 80);
    expect(settled).toEqual({ kind: 'created', runwayTaskId: TASK });
  });

  it('is adopted once, however often it is sent', async () => {
    await claim(REEL, 2);
    await adopt(TASK);
    read = { kind: 'fault', words: 'not asked again' };
    expect(await adopt(TASK)).toEqual({ runwayTaskId: TASK });
    await expect(adopt(ANOTHER)).rejects.toMatchObject({
      type: 'adopt_refused',
      message: expect.stringContaining(TASK) as string,
    });
  });

  it('may have failed: then its end is known', async () => {
    await claim(REEL, 2);
    read = { kind: 'task', task: { status: 'FAILED', failureCode: 'INTERNAL', output: [], credits: 0 } };
    expect(await adopt(TASK)).toEqual({ runwayTaskId: TASK });
  });

  it.each<[string, string, () => Promise<void>]>([
    [
      'Runway has no task',
      TASK,
      () => Promise.resolve(void (read = { kind: 'not_found', words: 'Could not find Task' })),
    ],
    ['not the ID of a Runway task', 'two words', () => Promise.resolve()],
    ['not the ID of a Runway task', 'x'.repeat(201), () => Promise.resolve()],
    ['the task of another generation', TASK, () => claim(REEL, 1, TASK)],
    [
      'the task of another generation',
      TASK,
      async () => {
        const entry = { reelId: OTHER, generation: 1, client: 'someone', model: 'veo3.1', credits: 80 };
        await deps.storage.ledger.reserve({ ...entry, at: new Date().toISOString() }, {});
        await claim(OTHER, 1, TASK);
      },
    ],
  ])('is refused for good as %s', async (reason, runwayTaskId, arrange) => {
    await claim(REEL, 2);
    await arrange();
    const refusal = await adopt(runwayTaskId).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      type: 'adopt_refused',
      nonRetryable: true,
      message: expect.stringContaining(reason) as string,
    });
    expect(String(refusal)).not.toContain(OTHER);
  });

  it('is refused where nothing was submitted', async () => {
    await expect(adopt(TASK)).rejects.toMatchObject({ type: 'adopt_refused' });
  });

  it.each<TaskRead>([
    { kind: 'fault', words: 'HTTP 502' },
    { kind: 'access_refused', httpStatus: 401, words: 'Invalid API key.' },
  ])('is looked at again after $kind', async (fault) => {
    await claim(REEL, 2);
    read = fault;
    await expect(adopt(TASK)).rejects.toMatchObject({ type: 'Runway.ReadFailed', nonRetryable: false });
  });
});
