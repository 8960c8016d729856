import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Backend } from '../../domain/backend';
import type { Generation } from '../../contract/schemas/reel';
import { queuedState, type ReelHead, type ReelRecord } from '../../domain/reel';
import { entryOf } from '../../runway/failures/error-catalog';
import { failureEnvelope } from '../failure';
import type { Runway } from '../../runway/runway';
import type { RunwayTask, TaskRead } from '../../runway/calls/task-read';
import type { ClaimAnswer } from '../../database/claims';
import { openStorage } from '../../storage/storage';
import type { Storage } from '../../storage/storage';
import { recordReel } from './record-reel';

const backend: Backend = { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' };
const at = new Date().toISOString();
const head = {
  schemaVersion: 1,
  id: 'a'.repeat(26),
  client: 'local',
  bodyHash: '',
  createdAt: at,
  backend,
  estimatedCredits: 80,
} as ReelHead;
const generation = { model: 'veo3.1_fast', changes: [], estimatedCredits: 80, startedAt: at, endedAt: at };

const recordOf = (generations: Generation[], workflowId = 'one'): ReelRecord => ({
  schemaVersion: 1,
  workflowId,
  head,
  state: { ...queuedState(head), generations },
});

let root: string;
let storage: Storage;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'record-'));
  storage = await openStorage({ root });
});
afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true, force: true });
});

/** As Runway knows them; of others it cannot be asked. */
const tasks = new Map<string, RunwayTask>();
afterEach(() => tasks.clear());
const readTask = (id: string): Promise<TaskRead> => {
  const task = tasks.get(id);
  return Promise.resolve(task ? { kind: 'task', task } : { kind: 'fault', words: 'HTTP 502' });
};

const record = (one: ReelRecord, replace = true, own = backend) =>
  recordReel({ backend: own, storage, runway: { readTask } as Runway })({ record: one, replace });

async function sent(
  { claims }: Storage,
  ref: { reelId: string; generation: number },
  answer?: ClaimAnswer,
): Promise<void> {
  const key = { ...ref, number: 1 };
  await claims.claim(key, { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'a test' });
  if (answer) await claims.answer(key, answer);
}

test('the record is replaced, unless it may belong to another run', async () => {
  await record(recordOf([], 'one'));
  await record(recordOf([], 'two'), false);
  expect((await storage.readRecord(head.id))?.workflowId).toBe('one');
  await record(recordOf([{ ...generation, number: 1, status: 'failed' }], 'one'));
  expect((await storage.readRecord(head.id))?.state.generations).toHaveLength(1);
});

test('whose the reel is, and what it may cost, stays as it was accepted', async () => {
  await record(recordOf([]));
  const forged = { ...recordOf([], 'two'), head: { ...head, client: 'another', maxCredits: 1e6 } };
  await record(forged);
  expect(await storage.readRecord(head.id)).toMatchObject({ workflowId: 'one', head });
});

test('a run that ended before it was accepted is of the client that ordered it, and else of nobody', async () => {
  const cancelled = {
    ...recordOf([]),
    head: { ...head, client: 'another', bodyHash: 'key', remakeOf: 'b'.repeat(26) },
  };
  const { remakeOf: _, ...own } = cancelled.head;
  await record(cancelled, false);
  expect((await storage.readRecord(head.id))?.head).toEqual({ ...own, client: 'local', bodyHash: '' });

  const ordered = { ...head, id: 'c'.repeat(26), client: 'site' };
  await storage.keepOrder(ordered);
  await record({ ...cancelled, head: { ...cancelled.head, id: ordered.id } }, false);
  expect((await storage.readRecord(ordered.id))?.head).toEqual(ordered);
});

test('a reel that is made stays so, whatever becomes of a repeat of its run', async () => {
  const ended = (status: 'succeeded' | 'cancelled') => ({
    ...recordOf([]),
    state: { ...queuedState(head), status },
  });
  await record(ended('cancelled'));
  await record(ended('succeeded'));
  await record(ended('cancelled'));
  expect((await storage.readRecord(head.id))?.state.status).toBe('succeeded');
});

test('a run that was cancelled before it was told that it was accepted ends its own record, and no finished one', async () => {
  const withStatus = (status: 'queued' | 'cancelled' | 'succeeded', promptText = 'a sea'): ReelRecord => {
    const one = recordOf([], 'one');
    return {
      ...one,
      head: { ...head, request: { promptText } as ReelHead['request'] },
      state: { ...one.state, status },
    };
  };
  const reservation = {
    reelId: head.id,
    generation: 1,
    client: 'local',
    model: 'veo3.1_fast',
    credits: 80,
    at,
  };
  await storage.ledger.reserve(reservation, {});
  await record(withStatus('queued'));
  await record(withStatus('cancelled', 'an edited prompt'), false);
  expect((await storage.readRecord(head.id))?.state.status).toBe('queued');

  await record(withStatus('cancelled'), false);
  expect((await storage.readRecord(head.id))?.state.status).toBe('cancelled');
  expect(await storage.ledger.committed(new Date())).toBe(0);

  await record(withStatus('succeeded'));
  await record(withStatus('cancelled'), false);
  expect((await storage.readRecord(head.id))?.state.status).toBe('succeeded');
});

describe('the ledger of spending', () => {
  const ref = (number: number) => ({ reelId: head.id, generation: number });
  const reserve = (number: number) =>
    storage.ledger.reserve({ ...ref(number), client: 'local', model: 'veo3.1_fast', credits: 80, at }, {});
  const claim = (number: number, answer?: ClaimAnswer) => sent(storage, ref(number), answer);
  const settled = async () => {
    const entries = await storage.ledger.list(new Date(0));
    return entries.map(({ generation: number, settled: end }) => [number, end?.charged, end?.uncertain]);
  };

  test('learns what each generation cost, and what is uncertain', async () => {
    for (const number of [1, 2, 3, 4]) await reserve(number);
    await claim(1, { kind: 'created', at, runwayTaskId: 'task-1' });
    await claim(2);
    await claim(3, { kind: 'refused', at, failure: failureEnvelope(entryOf('bad_request')) });
    tasks.set('task-1', { status: 'FAILED', output: [], credits: 0 });
    const uncertain = { ...generation, status: 'uncertain' } as const;
    await record(recordOf([1, 2, 3, 4].map((number) => ({ ...uncertain, number }))));
    expect(await settled()).toEqual([
      [1, 0, 0],
      [2, 0, 80],
      [3, 0, 0],
      // It was never sent.
      [4, 0, 0],
    ]);
  });

  test('frees nothing because a run says so', async () => {
    await reserve(1);
    await reserve(2);
    await claim(1, { kind: 'created', at, runwayTaskId: 'task-1' });
    await claim(2);
    tasks.set('task-1', { status: 'SUCCEEDED', output: [], credits: 80 });
    const free = { ...generation, status: 'failed', credits: 0 } as const;
    await record(recordOf([1, 2].map((number) => ({ ...free, number }))));
    expect(await settled()).toEqual([
      [1, 80, 0],
      [2, 0, 80],
    ]);
  });

  test('does not ask for a task that the run has deleted', async () => {
    await reserve(1);
    await claim(1, { kind: 'created', at, runwayTaskId: 'task-1' });
    tasks.set('task-1', { status: 'CANCELLED', output: [], credits: 0 });
    await record(recordOf([{ ...generation, number: 1, status: 'cancelled' }]));
    expect(await settled()).toEqual([[1, 0, 80]]);
  });

  test('counts all that was set aside while Runway cannot be asked', async () => {
    await reserve(1);
    await claim(1, { kind: 'created', at, runwayTaskId: 'task-of-an-outage' });
    await record(recordOf([{ ...generation, number: 1, status: 'failed', credits: 0 }]));
    expect(await settled()).toEqual([[1, 0, 80]]);
  });

  test('does not lose a generation that is claimed while it is freed', async () => {
    await reserve(1);
    const { settle } = storage.ledger;
    storage.ledger.settle = async (...args) => {
      storage.ledger.settle = settle;
      await claim(1);
      await settle(...args);
    };
    await record(recordOf([]));
    expect(await settled()).toEqual([[1, 0, 80]]);
  });
});

test('a worker for reels of another kind keeps nothing in its own folder', async () => {
  const real = { kind: 'runway', baseUrl: 'https://runway.example' } as const;
  await expect(record(recordOf([]), true, real)).rejects.toMatchObject({ type: 'Runway.WrongBackend' });
  expect(await storage.readRecord(head.id)).toBeUndefined();
});
