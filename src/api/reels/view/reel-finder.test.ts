/** Whose a reel is, whatever a run says of itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { GENERATE_REEL } from '../../../domain/generate-reel';
import {
  makeHead,
  MEMO_HEAD,
  MEMO_STATE,
  queuedState,
  type ReelHead,
  workflowIdOf,
} from '../../../domain/reel';
import { openStorage } from '../../../storage/storage';
import type { Storage } from '../../../storage/storage';
import { createReelFinder, type ReelFinder } from './reel-finder';

const ID = `sim-${'a'.repeat(26)}`;
const headOf = (client: string): ReelHead =>
  makeHead({
    id: ID,
    client,
    bodyHash: `what ${client} ordered`,
    createdAt: '2026-11-23T06:00:00.000Z',
    backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' },
    request: { promptText: 'x', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
    estimatedCredits: 80,
  });

let root: string;
let storage: Storage;
/** The memo of the run that Temporal has. */
let memo: ReelHead;
let finder: ReelFinder;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'finder-'));
  storage = await openStorage({ root });
  memo = headOf('alice');
  const describe = async () => ({
    type: GENERATE_REEL,
    workflowId: workflowIdOf(ID),
    runId: 'a run',
    status: { name: 'RUNNING' },
    startTime: new Date(memo.createdAt),
    memo: { [MEMO_HEAD]: memo, [MEMO_STATE]: queuedState(memo) },
    raw: {},
  });
  const client = {
    withDeadline: (_at: number, call: () => unknown) => call(),
    workflow: { getHandle: () => ({ describe }) },
  } as unknown as Client;
  const apiKeys = ['alice', 'bob'].map((name) => ({ client: name, sha256: '0'.repeat(64) }));
  finder = createReelFinder({ client, storage, settings: { apiKeys, corsOrigins: [] } });
});
afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true, force: true });
});

const notFound = { status: 404, code: 'reel_not_found' };

test('a reel that was ordered is of the client that ordered it, and looks like none to others', async () => {
  await storage.keepOrder(headOf('alice'));
  expect(await finder.get(ID, 'alice')).toMatchObject({ id: ID, bodyHash: 'what alice ordered' });
  await expect(finder.get(ID, 'bob')).rejects.toMatchObject(notFound);
  await expect(finder.get(ID, 'local')).rejects.toMatchObject(notFound);
});

test('a run that names another client in its memo does not hand the reel over', async () => {
  await storage.keepOrder(headOf('alice'));
  memo = headOf('bob');
  expect(await finder.get(ID, 'alice')).toMatchObject({ bodyHash: 'what alice ordered' });
  await expect(finder.get(ID, 'bob')).rejects.toMatchObject(notFound);
});

test('a run that nobody ordered belongs to no client, whatever its memo says', async () => {
  await expect(finder.get(ID, 'alice')).rejects.toMatchObject(notFound);
  expect(await finder.find(ID)).toMatchObject({ client: 'local', bodyHash: '' });
});

test('a record says more than a memo, also after the order has gone', async () => {
  const head = headOf('alice');
  await storage.writeRecord({
    schemaVersion: 1,
    workflowId: workflowIdOf(ID),
    head,
    state: queuedState(head),
  });
  memo = headOf('bob');
  await expect(finder.get(ID, 'bob')).rejects.toMatchObject(notFound);
  expect(await finder.get(ID, 'alice')).toMatchObject({ id: ID });
});
