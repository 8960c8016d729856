import { MINUTE_MS } from '../../contract/duration';
import { activityDeps, BACKEND, runActivity } from '../../../test/support/activity-deps';
import type { RunwayTask, TaskRead } from '../../runway/calls/task-read';
import { openStorage } from '../../storage/storage';
import { adoptTask } from './adopt-task';
import type { ActivityDeps } from '../deps';
import { settleClaims } from './claim-walk';

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

const inTime = (ms: number) => new Date(Date.now() + ms).toISOString();

/** @param sentAgoMs how long ago it was sent; its sender waited for half a minute. */
async function claim(
  reelId: string,
  generation: number,
  runwayTaskId?: string,
  sentAgoMs = 30_000,
): Promise<void> {
  const at = inTime(-sentAgoMs);
  const key = { reelId, generation, number: 1 };
  const answerBefore = inTime(30_000 - sentAgoMs);
  await deps.storage.claims.claim(key, { claimedAt: at, sendBefore: at, answerBefore, sender: 'a test' });
  if (runwayTaskId) await deps.storage.claims.answer(key, { kind: 'created', at, runwayTaskId });
}

async function setAside(reelId: string, generation: number, credits: number): Promise<void> {
  const entry = { reelId, generation, client: reelId[0] ?? '', model: 'veo3.1', credits };
  await deps.storage.ledger.reserve({ ...entry, at: inTime(-5 * MINUTE_MS) }, {});
}

const adoptRefused = (reason: string) => ({
  type: 'adopt_refused',
  nonRetryable: true,
  message: expect.stringContaining(reason) as string,
});

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
        await setAside(OTHER, 1, 80);
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

  it('is refused in another spelling than Runway has of its ID: under that one, another may have it', async () => {
    await claim(REEL, 2);
    read = { kind: 'task', task: { id: TASK, status: 'RUNNING', output: [] } };
    await expect(adopt(TASK.toUpperCase())).rejects.toMatchObject(adoptRefused(`calls this task ${TASK}`));
    expect(await adopt(TASK)).toEqual({ runwayTaskId: TASK });
  });

  it('is not given to a second generation of the reel while the first one writes it down', async () => {
    await claim(REEL, 1);
    await claim(REEL, 2);
    await deps.storage.claims.takeTask(TASK, { reelId: REEL, generation: 1 });
    await expect(adopt(TASK, 2)).rejects.toMatchObject(adoptRefused('the task of another generation'));
    expect(await adopt(TASK, 1)).toEqual({ runwayTaskId: TASK });
  });

  it('is free for others where the claim had got another one meanwhile', async () => {
    await claim(REEL, 2);
    const { claims } = deps.storage;
    const at = inTime(0);
    const late = {
      ...claims,
      takeTask: async (...args: Parameters<typeof claims.takeTask>) => {
        const key = { reelId: REEL, generation: 2, number: 1 };
        await claims.answer(key, { kind: 'created', at, runwayTaskId: ANOTHER });
        return claims.takeTask(...args);
      },
    };
    const storage = { ...deps.storage, claims: late };
    const adopted = runActivity(adoptTask({ ...deps, storage }), {
      reelId: REEL,
      generation: 2,
      backend: BACKEND,
      runwayTaskId: TASK,
    });
    await expect(adopted).rejects.toMatchObject(adoptRefused(`has its task already: ${ANOTHER}`));
    await claim(OTHER, 1);
    const owner = { reelId: OTHER, generation: 1 };
    expect(await claims.takeTask(TASK, owner)).toEqual(owner);
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

describe('the task has to be one that this submit can have made', () => {
  const taskOf = (madeAgoMs: number, more: Partial<RunwayTask> = {}): TaskRead => ({
    kind: 'task',
    task: { status: 'RUNNING', output: [], createdAt: inTime(-madeAgoMs), ...more },
  });
  const adoptFor = (reelId: string, generation = 1) =>
    runActivity(adoptTask(deps), { reelId, generation, backend: BACKEND, runwayTaskId: TASK });

  it.each([
    ['before it was sent', 10 * MINUTE_MS + 180_000],
    ['after its sender gave it up', 10 * MINUTE_MS - 180_000],
  ])('by the time: one that was made %s is not', async (_, madeAgoMs) => {
    await claim(REEL, 1, undefined, 10 * MINUTE_MS);
    read = taskOf(madeAgoMs);
    await expect(adoptFor(REEL)).rejects.toMatchObject(adoptRefused('this generation was submitted between'));
  });

  it('clocks may differ a little', async () => {
    await claim(REEL, 1, undefined, 10 * MINUTE_MS);
    read = taskOf(11 * MINUTE_MS);
    expect(await adoptFor(REEL)).toEqual({ runwayTaskId: TASK });
  });

  it('by the price: one of another model is not', async () => {
    await setAside(REEL, 1, 80);
    await claim(REEL, 1);
    read = taskOf(30_000, { status: 'SUCCEEDED', credits: 320 });
    await expect(adoptFor(REEL)).rejects.toMatchObject(adoptRefused('cost 320 credits'));
    read = taskOf(30_000, { status: 'SUCCEEDED', credits: 79.5 });
    expect(await adoptFor(REEL)).toEqual({ runwayTaskId: TASK });
  });

  it('while two submits of different prices may have made it, its end tells whose it is', async () => {
    await setAside(REEL, 1, 80);
    await setAside(OTHER, 1, 320);
    await claim(REEL, 1, undefined, MINUTE_MS);
    await claim(OTHER, 1, undefined, MINUTE_MS);
    read = taskOf(MINUTE_MS - 5_000);
    await expect(adoptFor(OTHER)).rejects.toMatchObject(adoptRefused('when it has succeeded'));
    read = taskOf(MINUTE_MS - 5_000, { status: 'SUCCEEDED', credits: 80 });
    await expect(adoptFor(OTHER)).rejects.toMatchObject(adoptRefused('this generation costs 320'));
    expect(await adoptFor(REEL)).toEqual({ runwayTaskId: TASK });
  });

  it('one that another submit explains to the second is not explained by clocks', async () => {
    await setAside(OTHER, 1, 80);
    await claim(REEL, 1, undefined, 2 * MINUTE_MS);
    await claim(OTHER, 1, undefined, MINUTE_MS);
    read = taskOf(MINUTE_MS - 5_000);
    await expect(adoptFor(REEL)).rejects.toMatchObject(adoptRefused('the task of another generation'));
    expect(await adoptFor(OTHER)).toEqual({ runwayTaskId: TASK });
  });

  it('while another submit waits for its answer, it may be that one', async () => {
    await setAside(REEL, 1, 80);
    await setAside(OTHER, 1, 80);
    await claim(REEL, 1, undefined, 10_000);
    await claim(OTHER, 1, undefined, 10_000);
    read = taskOf(5_000);
    await expect(adoptFor(REEL)).rejects.toMatchObject(adoptRefused('ask again in a minute'));
  });

  it('of many reels that ask at once, in two processes, one gets it', async () => {
    const reels = Array.from('abcdefghij', (letter) => letter.repeat(26));
    for (const reelId of reels) await claim(reelId, 1, undefined, MINUTE_MS);
    read = taskOf(MINUTE_MS - 5_000);
    const root = deps.storage.describe();
    const two = [deps, { ...deps, storage: await openStorage({ root }) }];
    const results = await Promise.allSettled(
      reels.map((reelId, index) =>
        runActivity(adoptTask(two[index % 2] as ActivityDeps), {
          reelId,
          generation: 1,
          backend: BACKEND,
          runwayTaskId: TASK,
        }),
      ),
    );
    const winners = reels.filter((_, index) => results[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    const owners = [];
    for (const reelId of reels) {
      const state = await deps.storage.claims.read({ reelId, generation: 1, number: 1 });
      if (state?.kind === 'claimed' && state.answer?.kind === 'created') owners.push(reelId);
    }
    expect(owners).toEqual(winners);
  });

  it('who dies between taking it and writing it down finds it again', async () => {
    await claim(REEL, 1, undefined, MINUTE_MS);
    await claim(OTHER, 1, undefined, MINUTE_MS);
    read = taskOf(MINUTE_MS - 5_000);
    await deps.storage.claims.takeTask(TASK, { reelId: REEL, generation: 1 });
    await expect(adoptFor(OTHER)).rejects.toMatchObject(adoptRefused('the task of another generation'));
    expect(await adoptFor(REEL)).toEqual({ runwayTaskId: TASK });
  });
});
