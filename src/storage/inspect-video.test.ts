import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectVideo } from './inspect-video';

const fixture = (name: string) => join(__dirname, 'fixtures', name);

describe('inspectVideo', () => {
  test.each([
    ['vertical-audio.mp4', { width: 720, height: 1280, durationSeconds: 1, hasAudio: true }],
    ['vertical-silent-faststart.mp4', { width: 720, height: 1280, durationSeconds: 1, hasAudio: false }],
    ['landscape.mp4', { width: 320, height: 180, durationSeconds: 1, hasAudio: false }],
    ['rotated.mp4', { width: 180, height: 320, durationSeconds: 1, hasAudio: false }],
    ['fragmented.mp4', { width: 320, height: 180, durationSeconds: 1, hasAudio: false }],
  ])('measures %s as it is shown', async (name, facts) => {
    await expect(inspectVideo(fixture(name))).resolves.toEqual(facts);
  });

  describe('refuses', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'inspect-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    async function inspectBytes(bytes: Buffer | string) {
      const path = join(folder, 'video.mp4');
      await writeFile(path, bytes);
      return inspectVideo(path);
    }

    test.each(['vertical-audio.mp4', 'vertical-silent-faststart.mp4', 'landscape.mp4'])(
      '%s cut short anywhere',
      async (name) => {
        const whole = await readFile(fixture(name));
        const cuts = [...Array(60).keys()].map((i) => Math.floor((i * whole.length) / 60));
        for (const length of [...cuts, ...[1, 2, 3, 4, 8, 16, 100].map((n) => whole.length - n)]) {
          await expect(inspectBytes(whole.subarray(0, length))).rejects.toMatchObject({ code: 'bad_video' });
        }
      },
    );

    test('a cut that its boxes do not show, because the last one goes "to the end of the file"', async () => {
      const whole = await readFile(fixture('vertical-silent-faststart.mp4'));
      whole.writeUInt32BE(0, whole.indexOf('mdat') - 4);
      await expect(inspectBytes(whole)).resolves.toMatchObject({ height: 1280 });
      await expect(inspectBytes(whole.subarray(0, whole.length - 1))).rejects.toMatchObject({
        code: 'bad_video',
        message: expect.stringContaining('breaks off'),
      });
    });

    test('a picture of nothing but zeros', async () => {
      const whole = await readFile(fixture('landscape.mp4'));
      const data = whole.indexOf('mdat') + 4;
      whole.fill(0, data, data + whole.readUInt32BE(data - 8) - 8);
      await expect(inspectBytes(whole)).rejects.toMatchObject({ code: 'bad_video' });
    });

    test.each([
      ['nothing', '', 'empty'],
      ['a web page', '<!doctype html><html><body>Access denied</body></html>', 'no MP4'],
      ['sound alone', fixture('audio-only.mp4'), 'no video track'],
    ])('%s', async (_name, content, words) => {
      const bytes = content.endsWith('.mp4') ? await readFile(content) : content;
      await expect(inspectBytes(bytes)).rejects.toMatchObject({
        code: 'bad_video',
        message: expect.stringContaining(words),
      });
    });
  });
});
