/** What runs out of its bounds: a crafted file is refused, and a sane one is delivered by its structure. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { box, replaceBox } from './mp4';
import { checkerThat, ffmpegHere } from '../support/video-check';
import type { Ffmpeg } from '../../src/media/ffmpeg';

const FIXTURE = join(__dirname, '../../src/storage/fixtures/vertical-audio.mp4');
/** Enough to start Node with a compiler. */
const CPU_SECONDS = { decoded: 4, structure: 4 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounds-'));
});
afterAll(() => rm(folder, { recursive: true }));

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
};

/** A video whose sound has this many samples of one byte each, in a file that is as large: its tables hold what they say. */
async function withSamples(count: number): Promise<string> {
  const table = 'moov/trak:1/mdia/minf/stbl';
  let file: Buffer = await readFile(FIXTURE);
  const tables = {
    stsz: words(0, 1, count),
    stts: words(0, 1, count, 1024),
    stsc: words(0, 1, 1, count, 1),
    stco: words(0, 1, 48),
  };
  for (const [name, content] of Object.entries(tables))
    file = replaceBox(file, `${table}/${name}`, box(name, content));
  const path = join(folder, `${count}.mp4`);
  await writeFile(path, Buffer.concat([file, words(count), Buffer.from('free')]));
  const handle = await open(path, 'r+');
  await handle.truncate(file.length + count);
  await handle.close();
  return path;
}

/** In place of ffmpeg. */
async function decoderThat(script: string): Promise<Ffmpeg> {
  const ffmpeg = join(await mkdtemp(join(folder, 'decoder-')), 'ffmpeg');
  await writeFile(ffmpeg, script);
  await chmod(ffmpeg, 0o755);
  return { ...(await ffmpegHere()), ffmpeg };
}

const SPINS = '#!/bin/sh\nwhile :; do :; done\n';
const HOARDS = `#!${process.execPath}\nconst all = [];\nfor (;;) all.push(Buffer.alloc(1 << 24, 1));\n`;

test.each(['structure', 'decoded'] as const)(
  '%s: a crafted file that keeps its readers busy ends with the bounds of their processes',
  async (checked) => {
    const ffmpeg = checked === 'decoded' ? await decoderThat(SPINS) : undefined;
    const check = checkerThat({ ffmpeg, cpuSeconds: CPU_SECONDS });
    await expect(check(await withSamples(400_000_000))).resolves.toEqual({
      kind: 'damaged',
      words: 'Reading the file takes more CPU time than a video may.',
    });
  },
);

/** Bytes that look like chance, the same at each run. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = seed; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** A WebM of two seconds; `live` as a recorder writes it, which does not know how long it will be. */
async function webm(name: string, form: 'whole' | 'live', change: (file: Buffer) => Buffer): Promise<string> {
  const path = join(folder, `${name}.webm`);
  const picture = 'testsrc2=size=720x1280:rate=24:duration=2';
  const options = `-c:v libvpx -deadline realtime -cpu-used 8 -b:v 40M ${form === 'live' ? '-live 1' : ''} -y`;
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, ...options.trim().split(/ +/), path]);
  await writeFile(path, change(await readFile(path)));
  return path;
}

const lookAt = (path: string) => checkerThat({ cpuSeconds: CPU_SECONDS })(path);

test.each([
  ...[1, 2, 3].map((seed) => ({ what: `noise ${seed}`, fill: (size: number) => noise(size, seed) })),
  // Where no element follows the reader looked for one for ever, now and then.
  { what: 'squares', fill: (size: number) => Buffer.alloc(size).map((_, at) => (at * at * 31) >> 5) },
  { what: 'zeros', fill: (size: number) => Buffer.alloc(size) },
])('a WebM whose second half is $what is refused, and not searched byte by byte', async ({ what, fill }) => {
  const path = await webm(what, 'whole', (file) => {
    const half = Math.floor(file.length / 2);
    // Many times as much.
    return Buffer.concat([file.subarray(0, half), fill(4 * half)]);
  });
  await expect(lookAt(path)).resolves.toEqual({
    kind: 'damaged',
    words: expect.not.stringContaining('CPU time') as string,
  });
});

test.each(['whole', 'live'] as const)('what lies behind a WebM (%s) is not searched', async (form) => {
  const path = await webm(`behind-${form}`, form, (file) => Buffer.concat([file, noise(2_000_000, 6)]));
  await expect(lookAt(path)).resolves.toMatchObject({ kind: 'plays' });
});

test('a WebM whose index is broken plays', async () => {
  const path = await webm('index', 'whole', (file) => {
    const cues = file.lastIndexOf(Buffer.from('1c53bb6b', 'hex'));
    expect(cues).toBeGreaterThan(file.length / 2);
    return Buffer.concat([file.subarray(0, cues), Buffer.alloc(4), file.subarray(cues + 4)]);
  });
  await expect(lookAt(path)).resolves.toMatchObject({ kind: 'plays' });
});

const cutInHead = (file: Buffer) => file.subarray(0, file.lastIndexOf(Buffer.from('1f43b675', 'hex')) + 6);

test('a WebM that is cut within the head of its only cluster is refused, and not searched', async () => {
  await expect(lookAt(await webm('cut-whole', 'whole', cutInHead))).resolves.toEqual({
    kind: 'damaged',
    words: expect.not.stringContaining('CPU time') as string,
  });
});

test('a recording that ends within the head of a cluster plays up to there', async () => {
  await expect(lookAt(await webm('cut-live', 'live', cutInHead))).resolves.toMatchObject({ kind: 'plays' });
});

test('a WebM plays on behind bytes that are no element', async () => {
  const path = await webm('between', 'live', (file) => {
    const cluster = file.lastIndexOf(Buffer.from('1f43b675', 'hex'));
    return Buffer.concat([file.subarray(0, cluster), noise(100, 7), file.subarray(cluster)]);
  });
  await expect(lookAt(path)).resolves.toMatchObject({ kind: 'plays' });
});

test.each([
  ['CPU time', SPINS],
  ['memory', HOARDS],
])(
  'a sane file whose decoder runs out of %s is delivered by its structure, with a warning',
  async (what, script) => {
    const check = checkerThat({ ffmpeg: await decoderThat(script), cpuSeconds: CPU_SECONDS });
    await expect(check(FIXTURE)).resolves.toEqual({
      kind: 'plays',
      facts: {
        checked: 'structure',
        contentType: 'video/mp4',
        width: 720,
        height: 1280,
        durationSeconds: 1,
        hasAudio: true,
      },
      notes: [`Not every picture was decoded: decoding it takes more ${what} than a video may.`],
    });
  },
);

test('a damaged file whose decoder runs out of CPU time is damaged', async () => {
  const check = checkerThat({ ffmpeg: await decoderThat(SPINS), cpuSeconds: CPU_SECONDS });
  const cut = join(folder, 'cut.mp4');
  const whole = await readFile(join(__dirname, '../../src/storage/fixtures/vertical-silent-faststart.mp4'));
  await writeFile(cut, whole.subarray(0, whole.length - 1000));
  await expect(check(cut)).resolves.toMatchObject({ kind: 'damaged' });
});
