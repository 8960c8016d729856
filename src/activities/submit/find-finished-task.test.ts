/** What a remake may take from the reel before it. */
import { MockActivityEnvironment } from '@temporalio/testing';
import type { FinishedTask } from '../../domain/activity-args';
import type { Backend } from '../../domain/backend';
import type { ReelRecord } from '../../domain/reel';
import type { TaskRead } from '../../runway/calls/task-read';
import type { ClaimKey, ClaimState } from '../../database/claims';
import type { ActivityDeps } from '../deps';
import { findFinishedTask } from './find-finished-task';

const backend: Backend = { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' };
const request = { promptText: 'A boat', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' };
const AT = '2026-11-23T08:00:00.000Z';

type Changes = { head?: object; state?: object };

function record(id: string, { head = {}, state = {} }: Changes = {}): ReelRecord {
  return {
    schemaVersion: 1,
    workflowId: `reel-${id}`,
    head: { schemaVersion: 1, id, client: 'site', bodyHash: '', createdAt: AT, backend, request, ...head },
    state: { schemaVersion: 1, status: 'failed', phase: 'done', generations: [], warnings: [], ...state },
  } as unknown as ReelRecord;
}

const generation = (number: number, runwayTaskId: string, status = 'succeeded') => ({
  number,
  runwayTaskId,
  status,
});
const created = (runwayTaskId: string) =>
  ({ kind: 'claimed', answer: { kind: 'created', at: AT, runwayTaskId } }) as unknown as ClaimState;
const task = (status: string): TaskRead => ({ kind: 'task', task: { status, output: [] } });
const NOT_FOUND: TaskRead = { kind: 'not_found', words: 'Could not find Task' };

interface Setup {
  readonly own?: Changes;
  readonly earlier?: Changes;
  readonly claims?: readonly (readonly [number, ClaimState])[];
  readonly tasks?: Readonly<Record<string, TaskRead | TaskRead[]>>;
}

async function find({ own, earlier, claims = [], tasks = {} }: Setup = {}) {
  const asked: string[] = [];
  const records = new Map([
    ['new', record('new', { ...own, head: { remakeOf: 'old', ...own?.head } })],
    ['old', record('old', earlier)],
  ]);
  const keys = claims.map(([number], index): ClaimKey => ({
    reelId: 'old',
    generation: number,
    number: index,
  }));
  const deps = {
    backend,
    policy: { pollIntervalMs: 1 },
    runway: {
      readTask: async (id: string) => {
        asked.push(id);
        const answers = tasks[id] ?? NOT_FOUND;
        return Array.isArray(answers) ? (answers.shift() ?? NOT_FOUND) : answers;
      },
    },
    storage: {
      readRecord: async (id: string) => records.get(id),
      claims: { list: async () => keys, read: async (key: ClaimKey) => claims[key.number]?.[1] },
    },
  } as unknown as ActivityDeps;
  const found: FinishedTask = await new MockActivityEnvironment().run(findFinishedTask(deps), {
    reelId: 'new',
    remakeOf: 'old',
    backend,
  });
  return { found: found.runwayTaskId, asked };
}

const DONE = { generations: [generation(1, 'task-1')] };
const FINISHED = { 'task-1': task('SUCCEEDED') };

test('the finished task of the record is taken', async () => {
  expect(await find({ earlier: { state: DONE }, tasks: FINISHED })).toEqual({
    found: 'task-1',
    asked: ['task-1'],
  });
});

test('a run that was stopped before it wrote its end is known by its claims, the latest first', async () => {
  const claims = [
    [1, created('task-1')],
    [2, created('task-2')],
    [3, { kind: 'void' }],
  ] as const;
  const tasks = { ...FINISHED, 'task-2': task('SUCCEEDED') };
  expect((await find({ claims, tasks })).found).toBe('task-2');
});

test.each<[string, Setup]>([
  ['of another client', { earlier: { head: { client: 'other' }, state: DONE } }],
  ['at another account', { earlier: { head: { backend: { ...backend, account: 'b' } }, state: DONE } }],
  [
    'with another prompt',
    { earlier: { head: { request: { ...request, promptText: 'A ship' } }, state: DONE } },
  ],
  [
    'that may have changed other settings',
    {
      earlier: { head: { request: { ...request, fallbacks: ['no_audio'] } }, state: DONE },
    },
  ],
  ['that is not the one before', { own: { head: { remakeOf: undefined } }, earlier: { state: DONE } }],
  ['that was made', { earlier: { state: { ...DONE, status: 'succeeded' } } }],
  ['whose video is kept', { earlier: { state: { ...DONE, video: {} } } }],
  [
    'whose video cannot be played',
    {
      earlier: { state: { ...DONE, failure: { code: 'output_not_playable' } } },
    },
  ],
])('nothing is taken from a reel %s, and Runway is not asked', async (_what, setup) => {
  expect(await find({ ...setup, tasks: FINISHED })).toEqual({ found: undefined, asked: [] });
});

test('titles and the like decide nothing', async () => {
  const titled = { ...request, title: 'Party', metadata: { a: 'b' }, maxCredits: 500 };
  expect(
    (await find({ own: { head: { request: titled } }, earlier: { state: DONE }, tasks: FINISHED })).found,
  ).toBe('task-1');
});

test('a task that failed is not looked at, and one that still runs is not taken', async () => {
  const state = { generations: [generation(1, 'task-1', 'failed'), generation(2, 'task-2', 'uncertain')] };
  expect(await find({ earlier: { state }, tasks: { 'task-2': task('RUNNING') } })).toEqual({
    found: undefined,
    asked: ['task-2'],
  });
});

test('a task counts as gone after three answers in a row', async () => {
  expect(await find({ earlier: { state: DONE } })).toEqual({
    found: undefined,
    asked: ['task-1', 'task-1', 'task-1'],
  });
  const tasks = { 'task-1': [NOT_FOUND, NOT_FOUND, task('SUCCEEDED')] };
  expect((await find({ earlier: { state: DONE }, tasks })).found).toBe('task-1');
});

test.each<TaskRead>([
  { kind: 'fault', words: 'HTTP 502' },
  { kind: 'access_refused', httpStatus: 401, words: 'HTTP 401' },
])('while Runway does not say ($kind), it is asked again, and nothing is paid', async (read) => {
  await expect(find({ earlier: { state: DONE }, tasks: { 'task-1': read } })).rejects.toMatchObject({
    type: 'Runway.ReadFailed',
    nonRetryable: false,
    message: expect.stringContaining('Nothing was charged') as string,
  });
});
