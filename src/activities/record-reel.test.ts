import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Backend } from '../domain/backend';
import type { Generation } from '../domain/reel';
import { queuedState, type ReelHead, type ReelRecord } from '../domain/reel-state';
import { createDirectoryStorage } from '../storage/directory-storage';
import type { Storage } from '../storage/storage';
import type { ActivityDeps } from './deps';
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
  storage = createDirectoryStorage({ root });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const record = (one: ReelRecord, replace = true, own = backend) =>
  recordReel({ backend: own, storage } as ActivityDeps)({ record: one, replace });

test('the record is replaced, unless it may belong to another run', async () => {
  await record(recordOf([], 'one'));
  await record(recordOf([], 'two'), false);
  expect((await storage.readRecord(head.id))?.workflowId).toBe('one');
  await record(recordOf([], 'two'));
  expect((await storage.readRecord(head.id))?.workflowId).toBe('two');
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

test('the ledger of spending learns what each generation cost, and what is uncertain', async () => {
  const reserve = (number: number) =>
    storage.ledger.reserve(
      { reelId: head.id, generation: number, client: 'local', model: 'veo3.1_fast', credits: 80, at },
      {},
    );
  await reserve(1);
  await reserve(2);
  await record(
    recordOf([
      { ...generation, number: 1, status: 'failed', credits: 0 },
      { ...generation, number: 2, status: 'uncertain' },
    ]),
  );
  const entries = await storage.ledger.list(new Date(0));
  expect(entries.map(({ generation: n, settled }) => [n, settled?.charged, settled?.uncertain])).toEqual([
    [1, 0, 0],
    [2, 0, 80],
  ]);
});

test('a worker for reels of another kind keeps nothing in its own folder', async () => {
  const real = { kind: 'runway', baseUrl: 'https://runway.example' } as const;
  await expect(record(recordOf([]), true, real)).rejects.toMatchObject({ type: 'Runway.WrongBackend' });
  expect(await storage.readRecord(head.id)).toBeUndefined();
});
