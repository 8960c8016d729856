import { type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, RetryState, WorkflowNotFoundError } from '@temporalio/common';
import { resolution } from '../../contract/schemas/reel';
import { parseBody } from '../http/parse-input';
import { Problem } from '../http/problem';
import type { ReelView } from './view/reel-view';
import { sendResolution } from './resolve-reel';

const view = {
  status: 'needs_decision',
  decision: { generation: 2 },
  run: { workflowId: 'reel-a', runId: 'run' },
} as ReelView;

/** What the run answers to one update after the other. */
async function resolve(...answers: (() => Promise<void>)[]): Promise<string[]> {
  const ids: string[] = [];
  const startUpdate = async (_update: unknown, { updateId }: { updateId: string }) => {
    ids.push(updateId);
    return { result: answers[ids.length - 1] };
  };
  const client = {
    withAbortSignal: (_signal: AbortSignal, call: () => Promise<unknown>) => call(),
    withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
    workflow: { getHandle: () => ({ startUpdate }) },
  } as unknown as Client;
  await sendResolution({ client }, view, { action: 'adopt', runwayTaskId: '695f1a48' });
  return ids;
}

const done = async () => {};
const failing = (cause: Error) => () => Promise.reject(new WorkflowUpdateFailedError('failed', cause));
const refusal = (type: string) => ApplicationFailure.nonRetryable('in words for people', type);
const noAnswer = new ActivityFailure(
  'activity failed',
  'adoptTask',
  '1',
  RetryState.MAXIMUM_ATTEMPTS_REACHED,
  '',
  ApplicationFailure.retryable('secret inside', 'Runway.ReadFailed'),
);

test('the same decision has the same update ID', async () => {
  expect(await resolve(done)).toEqual(['resolve-2-adopt-695f1a48']);
});

test.each([
  ['a task that cannot be adopted is a 422', 422, 'adopt_refused'],
  ['another generation that is not permitted is a 409', 409, 'regenerate_refused'],
])('%s, in the words of the run', async (_what, status, code) => {
  const no = failing(refusal(code));
  await expect(resolve(no, no)).rejects.toMatchObject({ status, code, message: 'in words for people' });
});

test('a task that was refused may have come since: it is looked at again, under an ID of its own', async () => {
  const [first, second] = await resolve(failing(refusal('adopt_refused')), done);
  expect(first).toBe('resolve-2-adopt-695f1a48');
  expect(second).toMatch(/^resolve-2-adopt-695f1a48-.{36}$/);
});

test.each([
  ['nothing is to be decided any more', failing(refusal('not_undecided'))],
  ['the run has ended', () => Promise.reject(new WorkflowNotFoundError('gone', 'reel-a', undefined))],
])('a 409 where %s', async (_why, answer) => {
  await expect(resolve(answer)).rejects.toMatchObject({ status: 409, code: 'not_undecided' });
});

test('a look at the task that failed for another reason is made again, under an ID of its own', async () => {
  const [first, second] = await resolve(failing(noAnswer), done);
  expect(first).toBe('resolve-2-adopt-695f1a48');
  expect(second).toMatch(/^resolve-2-adopt-695f1a48-.{36}$/);

  const again = resolve(failing(noAnswer), failing(noAnswer));
  await expect(again).rejects.toMatchObject({ status: 503, code: 'runway_unreachable' });
  await expect(again).rejects.not.toThrow(/secret/);
});

test('a run that takes the decision and is slow to carry it out has taken it', async () => {
  jest.useFakeTimers();
  try {
    const slow = resolve(() => new Promise(() => {}));
    await jest.advanceTimersByTimeAsync(5_000);
    await expect(slow).resolves.toHaveLength(1);
  } finally {
    jest.useRealTimers();
  }
});

const parseResolution = (body: unknown) => parseBody(resolution, body);

test.each([
  [{ action: 'adopt', runwayTaskId: '695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d' }],
  [{ action: 'regenerate' }],
  [{ action: 'abandon' }],
])('%j is a decision', (body) => {
  expect(parseResolution(body)).toEqual(body);
});

test('an Operation ID that is null is absent', () => {
  expect(parseResolution({ action: 'abandon', runwayTaskId: null })).toEqual({ action: 'abandon' });
});

test.each<[unknown, string]>([
  [{}, 'action'],
  [{ action: 'adopt', runwayTaskId: null }, 'runwayTaskId'],
  [{ action: 'abandon', reason: null }, 'reason'],
  [{ action: 'retry' }, 'action'],
  [{ action: 'adopt' }, 'runwayTaskId'],
  [{ action: 'adopt', runwayTaskId: '../v1/tasks' }, 'runwayTaskId'],
  [{ action: 'adopt', runwayTaskId: 5 }, 'runwayTaskId'],
  [{ action: 'abandon', runwayTaskId: '695f1a48' }, 'runwayTaskId'],
  [{ action: 'abandon', reason: 'none' }, 'reason'],
  [[], ''],
  [null, ''],
  ['abandon', ''],
])('%j is none, and the answer names %j', (body, field) => {
  const refusal = caught(() => parseResolution(body));
  expect(refusal.status).toBe(400);
  const { issues } = refusal.toJSON() as { issues: { field: string; message: string }[] };
  expect(issues[0]?.field).toBe(field);
  expect(issues[0]?.message).toMatch(/\S+ .*\.$/);
});

function caught(call: () => unknown): Problem {
  try {
    call();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('no problem was thrown');
}
