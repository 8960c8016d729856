/** Each write and each sync of every operation fails once: what must hold on a full or broken disk. */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReelRecord } from '../domain/reel';
import { createDirectoryStorage } from './directory-storage';
import { checkStructure } from '../../test/support/video-check';
import type { Storage } from './storage';

const at = '2026-11-01T00:00:00.000Z';
const entry = { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'me' };
const reelId = 'a'.repeat(26);
const key = { reelId, generation: 1, number: 1 };
const VIDEO = join(__dirname, 'fixtures', 'vertical-audio.mp4');

let fileHandle: { writeFile(data: unknown): Promise<void>; sync(): Promise<void> };
let record: ReelRecord;
beforeAll(async () => {
  const handle = await open(__filename);
  fileHandle = Object.getPrototypeOf(handle) as typeof fileHandle;
  await handle.close();
  record = JSON.parse(await readFile(join(__dirname, 'fixtures', 'reel.json'), 'utf8')) as ReelRecord;
});

let root: string;
let storage: Storage;
async function freshStorage() {
  root = await mkdtemp(join(tmpdir(), 'faults-'));
  storage = createDirectoryStorage({ root, check: checkStructure });
}
afterEach(() => jest.restoreAllMocks());

const FAULTS = [
  ['writeFile', 'ENOSPC'],
  ['sync', 'EIO'],
] as const;

/**
 * Runs an operation again and again, each time on a fresh storage, its n-th write or sync failing, until it ran
 * without a fault. @returns how often it failed.
 */
async function failEach(
  operation: () => Promise<unknown>,
  { before, after }: { before?: () => Promise<unknown>; after: () => Promise<unknown> },
): Promise<number> {
  let failures = 0;
  for (const [method, code] of FAULTS) {
    for (let nth = 1; ; nth += 1) {
      await freshStorage();
      await before?.();
      let calls = 0;
      const real = fileHandle[method];
      const spy = jest.spyOn(fileHandle, method).mockImplementation(async function (
        this: unknown,
        ...args: unknown[]
      ) {
        calls += 1;
        if (calls === nth) throw Object.assign(new Error(code), { code });
        return Reflect.apply(real, this, args) as Promise<void>;
      });
      const outcome = await operation().catch((error: unknown) => error);
      spy.mockRestore();
      const failed = calls >= nth;
      if (failed) {
        failures += 1;
        expect(outcome).toMatchObject({ name: 'StorageError', code: 'disk' });
        await after();
      }
      await rm(root, { recursive: true });
      if (!failed) break;
    }
  }
  return failures;
}

async function noParts() {
  const names = await readdir(root, { recursive: true });
  expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
}

test('a claim that could not be made durable is absent or void, never bare: nothing was sent', async () => {
  const failures = await failEach(() => storage.claims.claim(key, entry), {
    after: async () => {
      expect([undefined, { kind: 'void' }]).toContainEqual(await storage.claims.read(key));
      await noParts();
      const next = (await storage.claims.read(key)) ? { ...key, number: 2 } : key;
      await expect(storage.claims.claim(next, entry)).resolves.toBe(true);
    },
  });
  // The line itself; and the file, its folder and the three above it.
  expect(failures).toBe(1 + 5);
});

test('a claim whose withdrawal fails as well stays bare: it may cost a question, never a payment', async () => {
  await freshStorage();
  await storage.claims.voidClaim({ ...key, number: 9 });
  const real = fileHandle.sync;
  let calls = 0;
  jest.spyOn(fileHandle, 'sync').mockImplementation(function (this: unknown) {
    calls += 1;
    if (calls < 5) return Reflect.apply(real, this, []) as Promise<void>;
    jest.spyOn(fileHandle, 'writeFile').mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO' }));
    return Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
  });
  await expect(storage.claims.claim(key, entry)).rejects.toMatchObject({ code: 'disk' });
  jest.restoreAllMocks();
  await expect(storage.claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });
  await expect(storage.claims.voidClaim(key)).resolves.toBe(false);
  await rm(root, { recursive: true });
});

test('an answer that could not be kept leaves the claim, and can be given again', async () => {
  const answer = { kind: 'created', at, runwayTaskId: 'task-1' } as const;
  const failures = await failEach(() => storage.claims.answer(key, answer), {
    before: () => storage.claims.claim(key, entry),
    after: async () => {
      await expect(storage.claims.read(key)).resolves.toMatchObject({ kind: 'claimed', entry });
      await storage.claims.answer(key, answer);
      await expect(storage.claims.read(key)).resolves.toEqual({ kind: 'claimed', entry, answer });
    },
  });
  expect(failures).toBe(1 + 1);
});

test('credits that could not be set aside durably are not promised, and can be asked for again', async () => {
  const order = { reelId, generation: 1, client: 'local', model: 'veo3.1_fast', credits: 80, at };
  const reserve = () => storage.ledger.reserve(order, { total: 100 });
  const failures = await failEach(reserve, {
    after: async () => {
      await noParts();
      await expect(reserve()).resolves.toEqual({ ok: true });
      await expect(storage.ledger.list(new Date(0))).resolves.toHaveLength(1);
    },
  });
  expect(failures).toBe(1 + 4);
});

test('a reservation that stands but may not survive a power cut is synced before it is promised again', async () => {
  const order = { reelId, generation: 1, client: 'local', model: 'veo3.1_fast', credits: 80, at };
  const failures = await failEach(() => storage.ledger.reserve(order, { total: 100 }), {
    before: () => storage.ledger.reserve(order, { total: 100 }),
    after: async () => expect(await storage.ledger.list(new Date(0))).toHaveLength(1),
  });
  expect(failures).toBe(3);
});

test('a record that could not be replaced is still whole: the old one or the new one', async () => {
  const next = { ...record, workflowId: 'next' };
  const failures = await failEach(() => storage.writeRecord(next), {
    before: () => storage.writeRecord(record),
    after: async () => {
      expect([record, next]).toContainEqual(await storage.readRecord(reelId));
      await noParts();
    },
  });
  expect(failures).toBe(1 + 4);
});

test('a video that could not be kept leaves no part, and the next attempt succeeds', async () => {
  const store = () => storage.storeVideo({ reelId, generation: 1, source: createReadStream(VIDEO) });
  const failures = await failEach(store, {
    after: async () => {
      await noParts();
      await expect(store()).resolves.toMatchObject({ video: { height: 1280 } });
    },
  });
  expect(failures).toBe(1 + 4);
});

test.each([
  ['ENOSPC', 'the disk is full'],
  ['EROFS', 'read-only'],
])('%s is told in words', async (code, words) => {
  await freshStorage();
  jest.spyOn(fileHandle, 'sync').mockRejectedValue(Object.assign(new Error(code), { code }));
  await expect(storage.writeRecord(record)).rejects.toMatchObject({
    code: 'disk',
    message: expect.stringContaining(words),
  });
  await rm(root, { recursive: true });
});
