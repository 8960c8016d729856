import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReelRecord } from '../domain/reel';
import { openStorage } from './storage';
import { checkStructure } from '../../test/support/video-check';
import type { Storage } from './storage';

const fixture = (name: string) => join(__dirname, 'fixtures', name);
const VERTICAL = fixture('vertical-audio.mp4');
const reelId = 'a'.repeat(26);
const where = { reelId, generation: 1 };
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const badVideo = (words: string) => ({ code: 'bad_video', message: expect.stringContaining(words) });

let root: string;
let folder: string;
let storage: Storage;
let record: ReelRecord;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'storage-'));
  folder = join(root, 'reels', reelId);
  storage = await openStorage({ root, check: checkStructure });
  record = JSON.parse(await readFile(fixture('reel.json'), 'utf8')) as ReelRecord;
});
afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true });
});

/** What an open database has in the folder. */
const DATABASE = ['reels.db', 'reels.db-shm', 'reels.db-wal'];

describe('records', () => {
  test('what was written last is read', async () => {
    await expect(storage.readRecord(reelId)).resolves.toBeUndefined();
    await storage.writeRecord(record);
    const done = { ...record, state: { ...record.state, status: 'succeeded' as const } };
    await storage.writeRecord(done);
    await expect(storage.readRecord(reelId)).resolves.toEqual(done);
  });

  test('a reader beside many writers always sees a whole record', async () => {
    await storage.writeRecord(record);
    const writing = Promise.all([...Array(20)].map(() => storage.writeRecord(record)));
    for (let n = 0; n < 50; n += 1) await expect(storage.readRecord(reelId)).resolves.toEqual(record);
    await writing;
  });
});

describe('a look at the disk', () => {
  test('says how much room there is, and leaves nothing behind', async () => {
    const { freeBytes } = await storage.probeDisk();
    expect(freeBytes).toBeGreaterThan(0);
    await expect(readdir(root)).resolves.toEqual(['ledger', ...DATABASE]);
  });
});

describe('reels made again', () => {
  const [first, second] = ['c'.repeat(26), 'b'.repeat(26)] as const;

  test('are listed in the order in which they were made, each once', async () => {
    await expect(storage.readRemakes(reelId)).resolves.toEqual([]);
    await storage.linkRemake(reelId, first);
    await storage.linkRemake(reelId, second);
    await storage.linkRemake(reelId, first);
    await expect(storage.readRemakes(reelId)).resolves.toEqual([first, second]);
    await expect(storage.readRemakes(first)).resolves.toEqual([]);
  });

  test('what is no reel ID is refused', async () => {
    await expect(storage.linkRemake(reelId, '../x')).rejects.toMatchObject({ code: 'not_found' });
    await expect(storage.linkRemake('../x', first)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('images', () => {
  const bytes = Buffer.from('an image');

  test('the same bytes are the same reference', async () => {
    const reference = await storage.saveImage(bytes, 'image/jpeg', reelId);
    expect(reference).toBe(`stored:${sha256(bytes)}.jpg`);
    await expect(storage.saveImage(bytes, 'image/jpeg', reelId)).resolves.toBe(reference);
    await expect(storage.readImage(reference)).resolves.toEqual({ bytes, contentType: 'image/jpeg' });
    await expect(readdir(join(root, 'inputs'))).resolves.toHaveLength(1);
  });

  test.each([
    'stored:../signing.key',
    `stored:${'0'.repeat(64)}.png`,
    `${'0'.repeat(64)}.png`,
    'https://example.org/image.png',
  ])('%s names nothing', async (reference) => {
    await storage.signingKey();
    await expect(storage.readImage(reference)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('an image that was damaged on disk is not sent to anybody', async () => {
    const reference = await storage.saveImage(bytes, 'image/png', reelId);
    await writeFile(join(root, 'inputs', reference.slice('stored:'.length)), 'damaged');
    await expect(storage.readImage(reference)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('videos', () => {
  test('a download is stored, measured and found again', async () => {
    const bytes = await readFile(VERTICAL);
    const stored = await storage.storeVideo({
      ...where,
      source: createReadStream(VERTICAL, { highWaterMark: 700 }),
      expectedBytes: bytes.length,
    });
    expect(stored.video).toEqual({
      checked: 'structure',
      bytes: bytes.length,
      sha256: sha256(bytes),
      contentType: 'video/mp4',
      width: 720,
      height: 1280,
      durationSeconds: 1,
      hasAudio: true,
    });
    await expect(storage.findVideo(reelId, 1)).resolves.toEqual(stored);
    const opened = await storage.openVideo(reelId, 1);
    expect(opened).toEqual({ path: join(folder, 'generation-1.mp4'), bytes: bytes.length });
    await expect(readFile(opened?.path ?? '')).resolves.toEqual(bytes);
    await expect(readdir(folder)).resolves.toEqual(['generation-1.mp4']);
  });

  test('there is no video before one was stored', async () => {
    await expect(storage.findVideo(reelId, 1)).resolves.toBeUndefined();
    await expect(storage.openVideo(reelId, 1)).resolves.toBeUndefined();
  });

  test('a second download of a generation leaves the first in its place, and is not read', async () => {
    const first = await storage.storeVideo({ ...where, source: createReadStream(VERTICAL) });
    const source = createReadStream(fixture('landscape.mp4'));
    await expect(storage.storeVideo({ ...where, source })).resolves.toEqual(first);
    expect(source.destroyed).toBe(true);
    expect(source.bytesRead).toBe(0);
  });

  test('of many downloads at once one wins, and all tell of that one', async () => {
    const sources = [...Array(8).keys()].map((n) => fixture(n % 2 ? 'landscape.mp4' : 'vertical-audio.mp4'));
    const outcomes = await Promise.allSettled(
      sources.map((path) => storage.storeVideo({ ...where, source: createReadStream(path) })),
    );
    const stored = await storage.findVideo(reelId, 1);
    for (const outcome of outcomes) {
      // One that was still under way lost its part to the winner: its next attempt finds the video.
      if (outcome.status === 'fulfilled') expect(outcome.value).toEqual(stored);
      else expect(outcome.reason).toMatchObject({ code: 'disk' });
    }
    await expect(readdir(folder)).resolves.toEqual(['generation-1.mp4']);
  });

  test('a file that the disk has damaged is not found, and is replaced', async () => {
    await storage.storeVideo({ ...where, source: createReadStream(VERTICAL) });
    await writeFile(join(folder, 'generation-1.mp4'), 'damaged');
    await expect(storage.findVideo(reelId, 1)).resolves.toBeUndefined();
    const again = await storage.storeVideo({ ...where, source: createReadStream(VERTICAL) });
    await expect(storage.findVideo(reelId, 1)).resolves.toEqual(again);
  });

  describe('leave nothing behind', () => {
    afterEach(async () => {
      await expect(readdir(folder)).resolves.toEqual([]);
    });

    test('when the download is shorter than announced', async () => {
      const whole = await readFile(VERTICAL);
      const source = Readable.from([whole.subarray(0, 1000)]);
      await expect(
        storage.storeVideo({ ...where, source, expectedBytes: whole.length }),
      ).rejects.toMatchObject(badVideo(`1000 of ${whole.length} bytes`));
    });

    test('when it is longer than announced: nobody reads on', async () => {
      const endless = Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(1000);
        })(),
      );
      await expect(
        storage.storeVideo({ ...where, source: endless, expectedBytes: 5000 }),
      ).rejects.toMatchObject(badVideo('larger than the 5000 bytes'));
      expect(endless.destroyed).toBe(true);
    });

    test('when more is announced than any video has', async () => {
      const source = createReadStream(VERTICAL);
      await expect(
        storage.storeVideo({ ...where, source, expectedBytes: 3 * 1024 ** 3 }),
      ).rejects.toMatchObject(badVideo('larger'));
    });

    test('when what comes is no video', async () => {
      const source = Readable.from([Buffer.from('<html>Access denied</html>')]);
      await expect(storage.storeVideo({ ...where, source })).rejects.toMatchObject(
        badVideo('no video of a known kind'),
      );
    });

    test('when the source fails, and pass its error on, whatever its code looks like', async () => {
      const fault = Object.assign(new Error('other side closed'), { code: 'ECONNRESET' });
      const whole = await readFile(VERTICAL);
      const source = Readable.from(
        (function* () {
          yield whole.subarray(0, 1000);
          throw fault;
        })(),
      );
      await expect(storage.storeVideo({ ...where, source })).rejects.toBe(fault);
    });

    test('when the source failed before anybody read it', async () => {
      const fault = new Error('failed early');
      const source = new Readable({ read: () => undefined });
      const storing = storage.storeVideo({ ...where, source });
      source.destroy(fault);
      await expect(storing).rejects.toBe(fault);
    });

    test('when it is cancelled, also while nothing comes', async () => {
      const cancel = new AbortController();
      const source = new Readable({ read: () => cancel.abort() });
      await expect(storage.storeVideo({ ...where, source, signal: cancel.signal })).rejects.toMatchObject({
        name: 'AbortError',
      });
      expect(source.destroyed).toBe(true);
    });
  });

  test('parts of other machines go: old ones at the next call, all of a generation once it is stored', async () => {
    await mkdir(folder, { recursive: true });
    const part = async (name: string, minutesOld: number) => {
      const path = join(folder, `${name}.part`);
      await writeFile(path, 'half');
      const then = new Date(Date.now() - minutesOld * 60_000);
      await utimes(path, then, then);
    };
    await part('generation-1.mp4.aa', 0);
    await part('generation-2.mp4.bb', 11);
    await part('generation-11.mp4.cc', 9);
    await expect(
      storage.storeVideo({ ...where, source: Readable.from([Buffer.from('no video')]) }),
    ).rejects.toMatchObject({ code: 'bad_video' });
    await expect(readdir(folder)).resolves.toEqual(['generation-1.mp4.aa.part', 'generation-11.mp4.cc.part']);
    await storage.storeVideo({ ...where, source: createReadStream(VERTICAL) });
    await expect(readdir(folder)).resolves.toEqual(['generation-1.mp4', 'generation-11.mp4.cc.part']);
  });
});

test('all who ask for the signing key at once get the same, and so does a later process', async () => {
  const others = await Promise.all([...Array(5)].map(() => openStorage({ root })));
  const keys = await Promise.all(others.map((one) => one.signingKey()));
  for (const other of others) await other.close();
  for (const key of keys) expect(key).toEqual(keys[0]);
  expect(keys[0]).toHaveLength(32);
  await expect(storage.signingKey()).resolves.toEqual(keys[0]);
});

test('the root is made at first use, with all that leads to it', async () => {
  const deep = await openStorage({ root: join(root, 'a', 'b', 'real') });
  await deep.writeRecord(record);
  await expect(deep.readRecord(reelId)).resolves.toEqual(record);
  await deep.close();
});

test('IDs that are none are refused by every member, as rejections', async () => {
  const none = '../../etc';
  const source = () => Readable.from([]);
  const calls = [
    () => storage.readRecord(none),
    () => storage.writeRecord({ ...record, head: { ...record.head, id: none } }),
    () => storage.storeVideo({ reelId: none, generation: 1, source: source() }),
    () => storage.findVideo(none, 1),
    () => storage.openVideo(reelId, 0),
    () => storage.claims.read({ reelId: none, generation: 1, number: 1 }),
    () => storage.claims.voidClaim({ reelId, generation: 1, number: -1 }),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not_found' });
});
