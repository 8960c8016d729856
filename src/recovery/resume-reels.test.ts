import { HOUR_MS } from '../contract/duration';
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/common';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReelStatus } from '../contract/reel';
import { queuedState, type ReelHead, type ReelRecord } from '../domain/reel';
import { openStorage } from '../storage/storage';
import type { Storage } from '../storage/storage';
import { type Resumed, resumeReels } from './resume-reels';

const NOTHING: Resumed = { reels: 0, webhooks: 0, erasures: 0, expired: 0 };

let root: string;
let storage: Storage;
let sample: ReelRecord;
let warnings: string[];
/** Workflow IDs that Temporal knows, with what they were started as. */
let known: Map<string, unknown[]>;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'resume-'));
  storage = await openStorage({ root });
  sample = JSON.parse(await readFile(join(__dirname, '../storage/fixtures/reel.json'), 'utf8')) as ReelRecord;
  warnings = [];
  known = new Map();
});
afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true });
});

/** Temporal, as far as resuming asks it. */
const client = {
  workflow: {
    start: (type: string, { workflowId, args }: { workflowId: string; args: unknown[] }) => {
      if (known.has(workflowId))
        return Promise.reject(new WorkflowExecutionAlreadyStartedError('', workflowId, type));
      known.set(workflowId, args);
      return Promise.resolve();
    },
    signalWithStart: (_: string, { workflowId, signalArgs }: { workflowId: string; signalArgs: unknown[] }) =>
      Promise.resolve(void known.set(workflowId, signalArgs)),
    getHandle: (workflowId: string) => ({
      describe: () =>
        known.has(workflowId)
          ? Promise.resolve({})
          : Promise.reject(new WorkflowNotFoundError('', workflowId, undefined)),
    }),
  },
} as unknown as Client;

const resume = () =>
  resumeReels({
    client,
    storage,
    taskQueue: 'reels',
    policy: { reelDeadlineMs: 24 * HOUR_MS, decisionPatienceMs: 24 * HOUR_MS },
    warn: (line) => warnings.push(line),
  });
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();

function headOf(letter: string, head: Partial<ReelHead> = {}): ReelHead {
  return { ...sample.head, id: letter.repeat(26), createdAt: ago(1), ...head };
}

async function keep(head: ReelHead, status: ReelStatus, workflowId = `reel-${head.id}`): Promise<void> {
  const state = { ...queuedState(head), status, updatedAt: ago(1) };
  await storage.writeRecord({ schemaVersion: 1, workflowId, head, state });
}

test('a reel without an end goes on under its own workflow ID, as it was accepted', async () => {
  const head = headOf('a');
  await keep(head, 'queued', 'my-name');
  expect(await resume()).toEqual({ ...NOTHING, reels: 1 });
  const { id, client: name, bodyHash, createdAt, backend, request } = head;
  expect(known.get('my-name')).toMatchObject([{ id, client: name, bodyHash, createdAt, backend, request }]);
});

test('a second time, and beside a run that Temporal knows, nothing is begun', async () => {
  await keep(headOf('a'), 'queued');
  await Promise.all([resume(), resume()]);
  expect(await resume()).toEqual(NOTHING);
});

test('an order that no worker has taken up goes on', async () => {
  await storage.keepOrder(headOf('a'));
  expect(await resume()).toEqual({ ...NOTHING, reels: 1 });
});

test('a reel past its deadline and any decision is left', async () => {
  await keep(headOf('a', { createdAt: ago(97) }), 'queued');
  await keep(headOf('b', { createdAt: ago(95) }), 'queued');
  expect(await resume()).toEqual({ ...NOTHING, reels: 1, expired: 1 });
});

test('an ended reel is told of for as long as its webhook is tried', async () => {
  const request = { ...sample.head.request, webhookUrl: 'https://receiver.example/hook' };
  await keep(headOf('a', { request }), 'failed');
  await keep(headOf('b'), 'failed');
  const old = headOf('c', { request });
  const state = { ...queuedState(old), status: 'failed', finishedAt: ago(100) } as const;
  await storage.writeRecord({ schemaVersion: 1, workflowId: 'reel-c', head: old, state });
  expect(await resume()).toEqual({ ...NOTHING, webhooks: 1 });
  expect(await resume()).toEqual(NOTHING);
});

test('an erasing that was begun goes on, and its reel does not', async () => {
  const { id, client: name, bodyHash } = headOf('a');
  await keep(headOf('a'), 'queued');
  await storage.writeTombstone({ schemaVersion: 1, id, client: name, bodyHash, deletedAt: ago(1) });
  expect(await resume()).toEqual({ ...NOTHING, erasures: 1 });
  expect([...known.keys()]).toEqual([`erase-${id}`]);
});

test('a record that the disk has damaged keeps no other reel from going on', async () => {
  const [broken, good] = [headOf('a'), headOf('b')];
  await keep(broken, 'queued');
  const unreadable = {
    ...queuedState(broken),
    status: 'of another version',
  } as unknown as ReelRecord['state'];
  await storage.writeRecord({ schemaVersion: 1, workflowId: 'x', head: broken, state: unreadable });
  await keep(good, 'queued');
  expect(await resume()).toEqual({ ...NOTHING, reels: 1 });
  expect(warnings).toEqual([expect.stringContaining(broken.id)]);
});

test('many reels are all found', async () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567'.split('');
  for (const letter of letters) await storage.keepOrder(headOf(letter));
  expect(await resume()).toEqual({ ...NOTHING, reels: letters.length });
});
