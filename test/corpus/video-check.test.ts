/** Looks at files in a process of its own, with a decoder and without. What browsers do with more of them: corpus.test.ts. */
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkStructure, decodingCheck } from '../support/video-check';
import { box, boxAt, edited } from './mp4';
import type { VideoCheck } from '../../src/domain/video-check';

const fixture = (name: string) => join(__dirname, '../../src/storage/fixtures', name);

let folder: string;
let decode: VideoCheck;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
  decode = await decodingCheck();
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function write(bytes: Buffer | string): Promise<string> {
  const path = join(folder, `${(files += 1)}.mp4`);
  await writeFile(path, bytes);
  return path;
}

describe.each(['decoded', 'structure'] as const)('%s', (checked) => {
  const check: VideoCheck = (path, signal) => (checked === 'decoded' ? decode : checkStructure)(path, signal);

  test.each([
    ['vertical-audio.mp4', { width: 720, height: 1280, durationSeconds: 1, hasAudio: true }],
    ['vertical-silent-faststart.mp4', { width: 720, height: 1280, durationSeconds: 1, hasAudio: false }],
    ['landscape.mp4', { width: 320, height: 180, durationSeconds: 1, hasAudio: false }],
    ['rotated.mp4', { width: 180, height: 320, durationSeconds: 1, hasAudio: false }],
    ['fragmented.mp4', { width: 320, height: 180, durationSeconds: 1, hasAudio: false }],
  ])('measures %s as it is shown', async (name, facts) => {
    await expect(check(fixture(name))).resolves.toEqual({
      kind: 'plays',
      facts: { ...facts, contentType: 'video/mp4', checked },
      notes: [],
    });
  });

  test('a file that is cut short anywhere before its last byte is damaged', async () => {
    const whole = await readFile(fixture('vertical-silent-faststart.mp4'));
    const cuts = [...Array(6).keys()].map((i) => Math.floor((i * whole.length) / 6));
    const verdicts = await Promise.all(
      [...cuts, whole.length - 1].map(async (length) => check(await write(whole.subarray(0, length)))),
    );
    expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['damaged']));
  });

  test('one newline behind the last box changes nothing', async () => {
    const path = await write(
      Buffer.concat([await readFile(fixture('vertical-audio.mp4')), Buffer.from('\n')]),
    );
    await expect(check(path)).resolves.toMatchObject({ kind: 'plays', facts: { hasAudio: true } });
  });

  const large = (type: string, claim: number) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(claim);
    head.write(type, 4, 'latin1');
    return head;
  };

  test('a table that promises four thousand million samples is refused at once', async () => {
    const whole = await readFile(fixture('landscape.mp4'));
    const sizes = edited(whole, (file) => {
      const { content } = boxAt(file, 'moov/trak/mdia/minf/stbl/stsz');
      file.writeUInt32BE(4_000_000_000, content + 8);
    });
    const times = edited(whole, (file) => {
      const { content } = boxAt(file, 'moov/trak/mdia/minf/stbl/stts');
      file.writeUInt32BE(4_000_000_000, content + 8);
    });
    // The same where each sample has the same size, so that no table has to hold them.
    const even = edited(sizes, (file) => {
      file.writeUInt32BE(1, boxAt(file, 'moov/trak/mdia/minf/stbl/stsz').content + 4);
    });
    for (const bytes of [sizes, times, even]) {
      await expect(check(await write(bytes))).resolves.toEqual({
        kind: 'damaged',
        words: expect.stringMatching(/promises 4000000000 (?:entries|samples)|promises [\d]+ samples/),
      });
    }
  });

  test('a moov of a gigabyte is refused without being read', async () => {
    const path = await write(
      Buffer.concat([box('ftyp', 'isom', Buffer.alloc(4), 'isom'), large('moov', 2 ** 30)]),
    );
    const file = await open(path, 'r+');
    await file.truncate(2 ** 30 + 24);
    await file.close();
    await expect(check(path)).resolves.toEqual({
      kind: 'damaged',
      words: expect.stringContaining('larger than that of any clip'),
    });
  });

  test.each([
    ['nothing', '', 'empty'],
    ['a web page', '<!doctype html><html><body>Access denied</body></html>', 'no video of a known kind'],
    ['a list of other files', "ffconcat version 1.0\nfile '/etc/hostname'\n", 'no video of a known kind'],
  ])('%s is no video', async (_name, content, words) => {
    await expect(check(await write(content))).resolves.toEqual({
      kind: 'damaged',
      words: expect.stringContaining(words),
    });
  });

  test('sound alone is no video', async () => {
    await expect(check(fixture('audio-only.mp4'))).resolves.toMatchObject({
      words: 'The file has no picture track.',
    });
  });

  test('zeros in place of the pictures are damage', async () => {
    const bytes = edited(await readFile(fixture('landscape.mp4')), (file) => {
      const { content, end } = boxAt(file, 'mdat');
      file.fill(0, Math.floor((content + end) / 2), end);
    });
    await expect(check(await write(bytes))).resolves.toMatchObject({ kind: 'damaged' });
  });

  test('a file that is gone is the disk’s matter', async () => {
    await expect(check(join(folder, 'none.mp4'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('who stops waiting stops the look', async () => {
    const gone = new AbortController();
    const looking = check(fixture('landscape.mp4'), gone.signal);
    gone.abort(new Error('nobody waits'));
    await expect(looking).rejects.toThrow('nobody waits');
  });
});
