/** What stays of an order whose run could not be started, or may have been. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { taskQueues } from '../../../domain/task-queues';
import { openStorage } from '../../../storage/storage';
import type { Storage } from '../../../storage/storage';
import type { ApiDeps } from '../../deps';
import type { ReelFinder } from '../view/reel-finder';
import { createStartReel } from './start-reel';

let root: string;
let storage: Storage;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'start-'));
  storage = await openStorage({ root });
});
afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true, force: true });
});

/** Orders a reel for 80 credits from a Temporal that answers with this gRPC code. */
async function order(code: number, key?: string): Promise<{ error: unknown; ids: string[] }> {
  const ids: string[] = [];
  const start = (_type: string, { args }: { args: [{ id: string }] }) => {
    ids.push(args[0].id);
    return Promise.reject(Object.assign(new Error('from Temporal'), { code }));
  };
  const client = { withDeadline: (_at: number, call: () => unknown) => call(), workflow: { start } };
  const deps = {
    client: client as unknown as Client,
    prepareTemporal: async () => {},
    storage,
    backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' },
    taskQueues: taskQueues(),
    settings: { apiKeys: [], corsOrigins: [] },
  } as unknown as ApiDeps;
  const finder: ReelFinder = {
    find: async () => undefined,
    findKept: async () => undefined,
    asClient: (view) => view,
    get: () => Promise.reject(new Error('nobody was to ask for a reel of a client')),
  };
  const request = {
    promptText: 'A boat',
    model: 'veo3.1_fast',
    ratio: '720:1280',
    duration: 8,
    audio: 'none',
  } as const;
  const startReel = createStartReel(deps, finder);
  const error = await startReel({ client: 'local', key, bodyHash: 'hash', request }).catch((e: unknown) => e);
  return { error, ids };
}

const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;

test('credits and order of a reel that may have been started are kept: its run may be spending them', async () => {
  const { error, ids } = await order(DEADLINE_EXCEEDED);
  const [id = ''] = ids;
  expect(error).toMatchObject({ status: 503, code: 'temporal_unreachable' });
  expect((error as Error).message).toContain(`reel ${id} may have been started`);
  expect(await storage.ledger.committed(new Date())).toBe(80);
  expect(await storage.readOrder(id)).toMatchObject({ id, client: 'local' });
});

test('of a reel that Temporal refused nothing stays, as nobody knows its ID', async () => {
  const { error, ids } = await order(INVALID_ARGUMENT);
  expect(error).toMatchObject({ message: 'from Temporal' });
  expect(await storage.ledger.committed(new Date())).toBe(0);
  expect(await storage.readOrder(ids[0] ?? '')).toBeUndefined();
});

test('with an Idempotency-Key the request comes again, and finds what was set aside for it', async () => {
  const first = await order(INVALID_ARGUMENT, 'key-1');
  const second = await order(INVALID_ARGUMENT, 'key-1');
  expect(second.ids).toEqual(first.ids);
  expect(await storage.ledger.committed(new Date())).toBe(80);
});
