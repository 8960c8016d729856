/**
 * How often the look at a video and a browser disagree on H.264 with random damage. By hand, for the numbers in decision 18:
 *
 *     node --require ./tools/typescript.js test/corpus/damage.ts [seed] [files]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom } from '../../tools/faults/seeded-random';
import { decodingCheck } from '../support/video-check';
import { BrowserJudge } from './browser-judge';
import type { Specimen } from './corpus';
import { boxAt, edited } from './mp4';

const CLIPS = [
  '-preset veryfast -g 12',
  '-preset medium -g 24',
  '-profile:v baseline -preset fast',
  '-preset veryfast -g 250 -bf 3 -refs 4',
];
const PROMISE = { pictureSeconds: 2, pictureStep: 1 / 24, hasSound: false, isHevc: false };
/** The description of the encoder, which nobody decodes, stands in front. */
const FRONT_BYTES = 800;

async function main(seed: number, count: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'damage-'));
  const random = seededRandom(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const damaged = (clip: Buffer) =>
    edited(clip, (file) => {
      const { content, end } = boxAt(file, 'mdat');
      for (let times = 1 + upTo(3); times > 0; times -= 1) {
        const length = [1, 1, 2, 4, 16, 64][upTo(6)] ?? 1;
        const from = content + FRONT_BYTES + upTo(end - content - FRONT_BYTES - length);
        for (let at = from; at < from + length; at += 1) file[at] = random() < 0.2 ? 0 : upTo(256);
      }
    });
  try {
    const clips = CLIPS.map((options, index) => clip(path.join(folder, `clip-${index}.mp4`), options));
    const files = Array.from({ length: count }, (_, n): Specimen => {
      return { name: String(n), bytes: damaged(clips[n % clips.length] as Buffer), promise: PROMISE };
    });
    const check = await decodingCheck();
    const verdicts = await Promise.all(
      files.map(({ name, bytes }) => {
        writeFileSync(path.join(folder, name), bytes);
        return check(path.join(folder, name));
      }),
    );
    const judge = await BrowserJudge.start();
    const played = await judge.playAll(
      files,
      files.map(() => 'video/mp4'),
    );
    await judge.close();
    const both = verdicts.map((verdict, n) => [verdict, played[n]?.toTheEnd] as const);
    console.log({
      files: count,
      play: both.filter(([, plays]) => plays).length,
      deliveredAndStop: both.filter(([{ kind }, plays]) => kind === 'plays' && !plays).length,
      refusedAndPlay: both.filter(([{ kind }, plays]) => kind !== 'plays' && plays).length,
    });
    for (const [verdict, plays] of both)
      if (plays && verdict.kind === 'damaged') console.log('refused:', verdict.words);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function clip(file: string, options: string): Buffer {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=180x320:rate=24:duration=2'];
  const h264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', ...options.split(' ')];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...picture, ...h264, file]);
  return readFileSync(file);
}

void main(Number(process.argv[2] ?? 7), Number(process.argv[3] ?? 160)).then(() => process.exit(0));
