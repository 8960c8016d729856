/** What is left after an erasing that breaks off at any step, and after the redo. */
import fs, { createReadStream } from 'node:fs';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReelRecord } from '../../domain/reel';
import type { Tombstone } from '../../domain/tombstone';
import { writePart } from '../../platform/files/atomic-file';
import { createDirectoryStorage } from '../directory-storage';
import { checkStructure } from '../../../test/support/video-check';
import type { Storage } from '../storage';

const [reelId, earlierId, otherId] = ['a', 'b', 'c'].map((letter) => letter.repeat(26)) as [
  string,
  string,
  string,
];
const at = '2026-11-01T00:00:00.000Z';
const key = { reelId, generation: 1, number: 1 };
const tombstone: Tombstone = { schemaVersion: 1, id: reelId, client: 'site', bodyHash: 'h', deletedAt: at };
const VIDEO = join(__dirname, '../fixtures', 'vertical-audio.mp4');

let root: string;
let storage: Storage;
let image: string;
let record: ReelRecord;

/** A reel with everything that one can have. */
async function setUp(): Promise<void> {
  root = await mkdtemp(join(tmpdir(), 'erase-'));
  storage = createDirectoryStorage({ root, check: checkStructure });
  image = await storage.saveImage(Buffer.from('an image'), 'image/png', reelId);
  const kept = JSON.parse(await readFile(join(__dirname, '../fixtures', 'reel.json'), 'utf8')) as ReelRecord;
  const { head } = kept;
  const request = { ...head.request, promptImage: image };
  record = { ...kept, head: { ...head, id: reelId, remakeOf: earlierId, request } };
  await storage.writeRecord(record);
  await storage.linkRemake(earlierId, reelId);
  await storage.linkRemake(reelId, otherId);
  await storage.claims.claim(key, { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'me' });
  await storage.claims.answer(key, { kind: 'created', at, runwayTaskId: 'task' });
  await storage.storeVideo({ reelId, generation: 1, source: createReadStream(VIDEO) });
  await writeFile(join(root, 'reels', reelId, 'generation-2.mp4.leftover.part'), 'half');
  await storage.writeTombstone(tombstone);
}
beforeEach(setUp);
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(root, { recursive: true });
});

async function expectErased(): Promise<void> {
  expect((await readdir(join(root, 'reels', reelId))).sort()).toEqual(['claims', 'deleted.json']);
  expect(await readdir(join(root, 'inputs'))).toEqual([]);
  expect(await storage.readRemakes(earlierId)).toEqual([]);
  expect(await storage.readTombstone(reelId)).toEqual(tombstone);
  expect(await storage.claims.read(key)).toMatchObject({ answer: { runwayTaskId: 'task' } });
  expect(await storage.claims.list(reelId)).toEqual([key]);
}

test('everything goes but claims and tombstone, also a second time', async () => {
  await storage.eraseReel(reelId);
  await expectErased();
  await storage.eraseReel(reelId);
  await expectErased();
});

test('an erasing that breaks off at any step keeps the record, and a redo completes it', async () => {
  const real = { ...fs.promises };
  let brokenOff = 0;
  for (const name of ['rm', 'rename', 'readdir', 'open'] as const) {
    for (let nth = 1; ; nth += 1) {
      let calls = 0;
      // As if all were one: their arguments are passed on as they are.
      const spy = jest.spyOn(fs.promises, name as 'rm').mockImplementation((...args) => {
        calls += 1;
        if (calls === nth) return Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
        return Reflect.apply(real[name], fs.promises, args) as never;
      });
      const failed = await storage.eraseReel(reelId).then(
        () => undefined,
        (error: unknown) => error,
      );
      spy.mockRestore();
      if (calls < nth) break;
      brokenOff += 1;
      expect(failed).toMatchObject({ code: 'disk' });
      await storage.eraseReel(reelId);
      await expectErased();
      await rm(root, { recursive: true });
      await setUp();
    }
    await rm(root, { recursive: true });
    await setUp();
  }
  expect(brokenOff).toBeGreaterThan(10);
});

test('a run that comes late with its record, its video or a poll brings nothing back', async () => {
  await storage.eraseReel(reelId);
  await storage.storeVideo({ reelId, generation: 1, source: createReadStream(VIDEO) });
  await storage.takePollTurn({ reelId, generation: 1, spacingMs: 1_000 });
  await storage.writeRecord(record);
  await expectErased();
  expect(await storage.readRecord(reelId)).toBeUndefined();
});

test('a tombstone that another process is writing meanwhile is left to it, one of a dead process is not', async () => {
  const [living] = (await writePart(join(root, 'reels', reelId, 'deleted.json'), 'x')).split('/').slice(-1);
  const dead = String(living).replace(/-[0-9a-f]{8}(-[0-9a-f]{8}\.part)$/, '-00000000$1');
  await writeFile(join(root, 'reels', reelId, dead), 'x');
  await storage.eraseReel(reelId);
  expect((await readdir(join(root, 'reels', reelId))).sort()).toEqual(['claims', 'deleted.json', living]);
});

test('an image stays for as long as another reel uses it', async () => {
  await storage.useImage(image, otherId);
  await storage.eraseReel(reelId);
  await expect(storage.readImage(image)).resolves.toMatchObject({ contentType: 'image/png' });
  await storage.releaseImage(image, otherId);
  await expect(storage.readImage(image)).rejects.toMatchObject({ code: 'not_found' });
});

test('an image that is asked for while it is being removed is there afterwards', async () => {
  for (let round = 0; round < 20; round += 1) {
    const bytes = Buffer.from(`image ${round}`);
    const reference = await storage.saveImage(bytes, 'image/png', reelId);
    await Promise.all([
      storage.releaseImage(reference, reelId),
      storage.saveImage(bytes, 'image/png', otherId),
    ]);
    await expect(storage.readImage(reference)).resolves.toMatchObject({ bytes });
  }
});

test('a record that cannot be read is erased as well', async () => {
  await writeFile(join(root, 'reels', reelId, 'reel.json'), 'damaged');
  await storage.eraseReel(reelId);
  expect((await readdir(join(root, 'reels', reelId))).sort()).toEqual(['claims', 'deleted.json']);
});

test('the first tombstone stays, and one that cannot be read is not taken for none', async () => {
  await storage.writeTombstone({ ...tombstone, client: 'other' });
  expect(await storage.readTombstone(reelId)).toEqual(tombstone);
  await writeFile(join(root, 'reels', reelId, 'deleted.json'), 'damaged');
  await expect(storage.readTombstone(reelId)).rejects.toMatchObject({ code: 'bad_record' });
  expect(await storage.readTombstone(otherId)).toBeUndefined();
});

test('a reel of which nothing is left but the tombstone is still listed', async () => {
  await storage.eraseReel(reelId);
  const ids: string[] = [];
  for await (const id of storage.reelIds()) ids.push(id);
  expect(ids).toContain(reelId);
  await expect(access(join(root, 'reels', reelId, 'reel.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});
