/** Each write and each sync of a video's file fails once: what must hold on a full or broken disk. */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from './storage';
import { checkStructure } from '../../test/support/video-check';
import type { Storage } from './storage';

const reelId = 'a'.repeat(26);
const VIDEO = join(__dirname, 'fixtures', 'vertical-audio.mp4');

let fileHandle: { writeFile(data: unknown): Promise<void>; sync(): Promise<void> };
beforeAll(async () => {
  const handle = await open(__filename);
  fileHandle = Object.getPrototypeOf(handle) as typeof fileHandle;
  await handle.close();
});

let root: string;
let storage: Storage;
async function freshStorage() {
  root = await mkdtemp(join(tmpdir(), 'faults-'));
  storage = await openStorage({ root, check: checkStructure });
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
async function failEach(operation: () => Promise<unknown>, after: () => Promise<unknown>): Promise<number> {
  let failures = 0;
  for (const [method, code] of FAULTS) {
    for (let nth = 1; ; nth += 1) {
      await freshStorage();
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
      await storage.close();
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

test('a video that could not be kept leaves no part, and the next attempt succeeds', async () => {
  const store = () => storage.storeVideo({ reelId, generation: 1, source: createReadStream(VIDEO) });
  const failures = await failEach(store, async () => {
    await noParts();
    await expect(store()).resolves.toMatchObject({ video: { height: 1280 } });
  });
  expect(failures).toBe(1 + 4);
});

test.each([
  ['ENOSPC', 'the disk is full'],
  ['EROFS', 'read-only'],
])('%s is told in words', async (code, words) => {
  await freshStorage();
  jest.spyOn(fileHandle, 'sync').mockRejectedValue(Object.assign(new Error(code), { code }));
  const source = createReadStream(VIDEO);
  await expect(storage.storeVideo({ reelId, generation: 1, source })).rejects.toMatchObject({
    code: 'disk',
    message: expect.stringContaining(words),
  });
  await storage.close();
  await rm(root, { recursive: true });
});
