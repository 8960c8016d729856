import { activityDeps, BACKEND, runActivity } from '../../../test/support/activity-deps';
import type { Erasure } from '../../domain/tombstone';
import { deleteOutputs } from './delete-outputs';

const id = 'a'.repeat(26);
const at = '2026-11-01T00:00:00.000Z';
const erasure: Erasure = {
  tombstone: { schemaVersion: 1, id, client: 'site', bodyHash: 'h', deletedAt: at },
  workflowId: `reel-${id}`,
  backend: BACKEND,
};

type DeleteTask = Awaited<ReturnType<typeof activityDeps>>['runway']['deleteTask'];
const deleteTask = jest.fn<ReturnType<DeleteTask>, Parameters<DeleteTask>>();
let deps: Awaited<ReturnType<typeof activityDeps>>;
beforeEach(async () => {
  deleteTask.mockReset().mockResolvedValue({ deleted: true });
  deps = await activityDeps({ deleteTask });
  const entry = { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'me' };
  // The second generation was refused, the third never sent.
  for (const generation of [1, 2, 4]) {
    await deps.storage.claims.claim({ reelId: id, generation, number: 1 }, entry);
  }
  await deps.storage.claims.voidClaim({ reelId: id, generation: 3, number: 1 });
  for (const generation of [1, 4]) {
    const answer = { kind: 'created', at, runwayTaskId: `task-${generation}` } as const;
    await deps.storage.claims.answer({ reelId: id, generation, number: 1 }, answer);
  }
});
afterEach(() => deps.remove());

const erase = () => runActivity(deleteOutputs(deps), erasure);

test('every task that a claim knows is deleted, without the record', async () => {
  await deps.storage.writeTombstone(erasure.tombstone);
  await erase();
  expect(deleteTask.mock.calls.flat().sort()).toEqual(['task-1', 'task-4']);
});

test('a task that Runway does not confirm is tried again', async () => {
  deleteTask.mockResolvedValue({ deleted: false, words: 'HTTP 503' });
  await deps.storage.writeTombstone(erasure.tombstone);
  await expect(erase()).rejects.toMatchObject({
    type: 'Runway.ReadFailed',
    nonRetryable: false,
  });
});

test('a worker of another account deletes nothing', async () => {
  const backend = { kind: 'runway', baseUrl: 'https://runway.example' } as const;
  await expect(runActivity(deleteOutputs({ ...deps, backend }), erasure)).rejects.toMatchObject({
    type: 'Runway.WrongBackend',
    nonRetryable: false,
  });
  expect(deleteTask).not.toHaveBeenCalled();
});

test('outputs of a reel that nobody deleted stay', async () => {
  await expect(erase()).rejects.toMatchObject({ type: 'Reel.NotToBeDeleted' });
  expect(deleteTask).not.toHaveBeenCalled();
});
