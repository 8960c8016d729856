import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { EndedTask } from '../../domain/activity-args';
import type { TaskRead } from '../../runway/calls/task-read';
import { cancelGeneration } from './cancel-generation';
import type { ActivityDeps } from '../deps';

const backend = { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' } as const;
const args = { reelId: 'a'.repeat(26), generation: 1, backend, runwayTaskId: 'task-1' };
const deleteTask = jest.fn<Promise<{ deleted: true } | { deleted: false; words: string }>, [string]>();
beforeEach(() => deleteTask.mockReset().mockResolvedValue({ deleted: true }));

function cancel(read: TaskRead, own: ActivityDeps['backend'] = backend): Promise<EndedTask> {
  const runway = { readTask: () => Promise.resolve(read), deleteTask };
  const deps = { backend: own, runway } as unknown as ActivityDeps;
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR', () => {}) });
  return environment.run(async () => cancelGeneration(deps)(args));
}
const task = (status: string, credits?: number): TaskRead => ({
  kind: 'task',
  task: { status, output: [], ...(credits === undefined ? {} : { credits }) },
});

test.each([
  ['SUCCEEDED', 80, { end: 'succeeded', credits: 80 }],
  ['SUCCEEDED', undefined, { end: 'succeeded' }],
  ['FAILED', 0, { end: 'failed', credits: 0 }],
  ['CANCELLED', 20, { end: 'cancelled', credits: 20 }],
])('a task that is %s is left alone: deleting it would delete its output', async (status, credits, end) => {
  expect(await cancel(task(status, credits))).toEqual(end);
  expect(deleteTask).not.toHaveBeenCalled();
});

test.each(['PENDING', 'THROTTLED', 'RUNNING', 'A_STATUS_OF_TOMORROW'])(
  'a task that is %s is deleted, and what it cost is not known',
  async (status) => {
    expect(await cancel(task(status))).toEqual({ end: 'deleted' });
    expect(deleteTask).toHaveBeenCalledWith('task-1');
  },
);

test('a task that Runway does not know yet, or no more, is deleted all the same', async () => {
  expect(await cancel({ kind: 'not_found', words: 'Could not find Task' })).toEqual({ end: 'deleted' });
  expect(deleteTask).toHaveBeenCalledTimes(1);
});

test.each<TaskRead>([
  { kind: 'fault', words: 'HTTP 500' },
  { kind: 'access_refused', httpStatus: 401, words: 'No.' },
])('nothing is deleted unseen: after $kind it looks again', async (read) => {
  await expect(cancel(read)).rejects.toMatchObject({ type: 'Runway.ReadFailed', nonRetryable: false });
  expect(deleteTask).not.toHaveBeenCalled();
});

test('a delete without a clear answer is tried again', async () => {
  deleteTask.mockResolvedValue({ deleted: false, words: 'HTTP 502' });
  await expect(cancel(task('RUNNING'))).rejects.toMatchObject({
    type: 'Runway.ReadFailed',
    nonRetryable: false,
  });
});

test('a worker with another backend asks nobody', async () => {
  const other = { kind: 'runway', baseUrl: 'https://runway.example' } as const;
  await expect(cancel(task('RUNNING'), other)).rejects.toMatchObject({ type: 'Runway.WrongBackend' });
  expect(deleteTask).not.toHaveBeenCalled();
});
