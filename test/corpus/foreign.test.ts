/** Containers that browsers do not read: what came whole is kept, with a decoder and without, and says the same of itself. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkStructure, decodingCheck } from '../support/video-check';
import type { VideoCheck, VideoVerdict } from '../../src/domain/video-check';

let folder: string;
let decode: VideoCheck;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foreign-'));
  decode = await decodingCheck();
});
afterAll(() => rm(folder, { recursive: true }));

const H264 = '-c:v libx264 -preset veryfast -pix_fmt yuv420p';
const KINDS = [
  ['H.264 in AVI', `${H264} -an`, 'avi'],
  ['MPEG-4 part 2 and MP3 in AVI', '-c:v mpeg4 -c:a libmp3lame', 'avi'],
  ['H.264 and AAC in Flash video', `${H264} -c:a aac`, 'flv'],
  ['flv1 in Flash video', '-c:v flv1 -an', 'flv'],
  ['Theora and Vorbis in Ogg', '-c:v libtheora -c:a libvorbis', 'ogv'],
  ['Theora in Ogg', '-c:v libtheora -an', 'ogv'],
  ['H.264 and AAC in MPEG transport stream', `${H264} -c:a aac`, 'ts'],
  ['wmv2 and wmav2 in Windows Media', '-c:v wmv2 -c:a wmav2', 'wmv'],
] as const;

function clip(options: string, ending: string): Promise<Buffer> {
  const path = join(folder, `clip.${ending}`);
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=180x320:rate=24:duration=2'];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100:duration=2'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...picture, ...sound, ...options.split(' '), path]);
  return readFile(path);
}

let files = 0;
async function written(bytes: Buffer): Promise<string> {
  const path = join(folder, String((files += 1)));
  await writeFile(path, bytes);
  return path;
}

/** What does not depend on how it was looked at. */
function factsOf(verdict: VideoVerdict) {
  if (verdict.kind !== 'not_playable') return verdict;
  const { facts, words } = verdict;
  const { checked: _checked, durationSeconds, ...form } = facts;
  return { ...form, words, tenths: Math.round(durationSeconds * 10) };
}

test.each(KINDS)('%s is kept, and is what a decoder says it is', async (name, options, ending) => {
  const bytes = await clip(options, ending);
  for (const whole of [bytes, Buffer.concat([bytes, Buffer.from('\n')])]) {
    const path = await written(whole);
    const seen = factsOf(await checkStructure(path));
    expect(seen).toMatchObject({ width: 180, height: 320, hasAudio: / and /.test(name) });
    expect(seen).toEqual(factsOf(await decode(path)));
  }
});

test.each(KINDS)('%s that is cut short, or zeroed, is damaged', async (_name, options, ending) => {
  const bytes = await clip(options, ending);
  const half = Math.floor(bytes.length / 2);
  const damaged = {
    'its first half': bytes.subarray(0, half + 7),
    'all but its last hundred bytes': bytes.subarray(0, -100),
    'its second half zeroed': Buffer.concat([bytes.subarray(0, half), Buffer.alloc(bytes.length - half)]),
    'its first kilobyte': bytes.subarray(0, 1_000),
    'its first hundred bytes': bytes.subarray(0, 100),
  };
  const kinds: Record<string, string> = {};
  for (const [what, part] of Object.entries(damaged))
    kinds[what] = (await checkStructure(await written(part))).kind;
  expect(kinds).toEqual(Object.fromEntries(Object.keys(damaged).map((what) => [what, 'damaged'])));
});
