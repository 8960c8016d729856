/** Decodes every frame of a file once, with ffmpeg. Runs in the child process (`check-child.ts`). */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { tiedToParent, whatRanOut } from './bounded-process';
import { type Container, DamagedVideo } from './containers/container';
import type { Ffmpeg } from './ffmpeg';
import { formOf, inSquarePixels, type Stream } from './playable';
import type { CheckAnswer, CheckedFacts } from './video-check';

/** Far above what any model makes; a decoder is asked for hundreds of megabytes by less than this. */
const MOST_PIXELS = 8192 * 8192;
/** A file whose frames end so much earlier than it says was cut short, in seconds. */
const END_TOLERANCE = 0.5;
/** A gap of so many seconds between two frames means missing frames, not a still picture. */
const MOST_FREEZE = 1;
const MOST_TEXT = 256 * 1024;
const MOST_STREAMS = 64;

/** The decoder ran out of memory or CPU time, or does not run at all. */
class Exceeded extends Error {}

/**
 * @param readStructure looks at it without a decoder.
 * @throws DamagedVideo
 */
export async function decode(
  file: string,
  container: Container,
  tools: Ffmpeg,
  readStructure: () => Promise<CheckAnswer>,
): Promise<CheckAnswer> {
  try {
    return await decodeAll(file, container, tools, readStructure);
  } catch (error) {
    if (error instanceof Exceeded) return { kind: 'exceeded', words: `${error.message}.` };
    throw error;
  }
}

async function decodeAll(
  file: string,
  container: Container,
  tools: Ffmpeg,
  readStructure: () => Promise<CheckAnswer>,
): Promise<CheckAnswer> {
  const probed = await probe(file, container, tools);
  const { picture, sound, words } = formOf(probed.streams, container);
  if (!picture) throw new DamagedVideo('The file has no picture track.');
  if (picture.width * picture.height > MOST_PIXELS) {
    throw new DamagedVideo(`Its picture claims ${picture.width} × ${picture.height} pixels.`);
  }
  const { frames, sounds, errors, failed } = await runAsBrowsers(file, container, tools, picture, sound);
  if (failed !== undefined) throw new DamagedVideo(`It cannot be decoded: ${failed}`);
  if (frames.count === 0) throw new DamagedVideo('None of its pictures can be decoded.');
  // A decoder does not know how long a single picture lasts.
  const end = frames.last + (frames.step || (picture.seconds ?? 0));
  const reached = Math.max(end, sounds.last);
  // A sound that goes on for longer says nothing about the picture, where that tells its own length.
  const promised = Math.max(picture.seconds ?? 0, sound?.seconds ?? 0) || probed.seconds;
  const tooShort =
    endsEarly('It', reached, promised, frames) ?? endsEarly('Its picture', end, picture.seconds, frames);
  const lasts =
    tooShort === undefined ? end - frames.first : await requireHeld(tooShort, errors, readStructure);
  if (errors.length > 0 && frames.longest > MOST_FREEZE) {
    throw new DamagedVideo(`Its picture stands still for ${seconds(frames.longest)}: ${errors[0]}`);
  }
  const facts: CheckedFacts = {
    checked: 'decoded',
    contentType: container.contentType,
    width: picture.width,
    height: picture.height,
    durationSeconds: Math.max(0.001, Math.round(lasts * 1000) / 1000),
    hasAudio: sounds.count > 0,
  };
  const notes = errors.length > 0 ? [`The decoder found damage in it and could go on: ${errors[0]}`] : [];
  return words.notPlayable === undefined
    ? { kind: 'plays', facts, notes: [...words.notes, ...notes] }
    : { kind: 'not_playable', facts, notes, words: words.notPlayable };
}

/** In words, when much is missing of what the file promises, in seconds. */
function endsEarly(
  what: string,
  reached: number,
  promised: number | undefined,
  { longest }: Track,
): string | undefined {
  if (promised === undefined || promised - reached <= Math.max(END_TOLERANCE, 2 * longest)) return undefined;
  return `${what} breaks off after ${seconds(reached)} of ${seconds(promised)}.`;
}

/**
 * A decoder does not tell that the last picture is to stay for longer. The tables do, when nothing of what they name is
 * missing.
 *
 * @returns how long the picture lasts, in seconds. @throws DamagedVideo
 */
async function requireHeld(
  tooShort: string,
  errors: readonly string[],
  readStructure: () => Promise<CheckAnswer>,
): Promise<number> {
  const told = errors.length === 0 ? await readStructure() : undefined;
  if (told?.kind !== 'plays' && told?.kind !== 'not_playable') throw new DamagedVideo(tooShort);
  return told.facts.durationSeconds;
}

const seconds = (value: number): string => `${Math.round(value * 10) / 10} s`;

/** Options of ffmpeg for every input: no other file and no network, whatever the file says. */
function inputOptions(container: Container): string[] {
  return ['-protocol_whitelist', 'file', '-f', container.demuxer];
}

interface Probed {
  readonly streams: readonly Stream[];
  readonly seconds?: number;
}

async function probe(file: string, container: Container, { ffprobe }: Ffmpeg): Promise<Probed> {
  const entries =
    'stream=index,codec_type,codec_name,codec_tag_string,profile,pix_fmt,width,height,sample_aspect_ratio,duration,nb_frames:' +
    'stream_disposition=attached_pic,default:stream_tags=rotate,DURATION:stream_side_data=rotation:format=duration';
  let output = '';
  const { code, errors } = await run(
    [
      ffprobe,
      '-v',
      'level+error',
      ...inputOptions(container),
      '-show_entries',
      entries,
      '-of',
      'json',
      `file:${file}`,
    ],
    (line) => {
      output += line;
      if (output.length > MOST_TEXT) throw new DamagedVideo('It describes more streams than a video has.');
    },
  );
  if (code !== 0)
    throw new DamagedVideo(`It cannot be read as ${container.name}: ${errors[0] ?? 'no reason was told'}`);
  const { streams = [], format = {} } = JSON.parse(output) as {
    streams?: RawStream[];
    format?: { duration?: string };
  };
  return {
    streams: streams.slice(0, MOST_STREAMS).map((raw) => streamOf(raw, container)),
    seconds: positive(format.duration),
  };
}

interface RawStream {
  readonly index: number;
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly codec_tag_string?: string;
  readonly profile?: string;
  readonly pix_fmt?: string;
  readonly width?: number;
  readonly height?: number;
  readonly sample_aspect_ratio?: string;
  readonly duration?: string;
  readonly nb_frames?: string;
  readonly disposition?: { readonly attached_pic?: number; readonly default?: number };
  readonly tags?: { readonly rotate?: string; readonly DURATION?: string };
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

function streamOf(raw: RawStream, { demuxer }: Container): Stream {
  const [across = 1, down = 1] = (raw.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const { width, height } = inSquarePixels(raw.width ?? 0, raw.height ?? 0, across, down);
  const rotation = raw.side_data_list?.find((data) => data.rotation !== undefined)?.rotation;
  const turned = Math.abs((rotation ?? Number(raw.tags?.rotate ?? 0)) % 180) === 90;
  return {
    index: raw.index,
    kind:
      raw.codec_type === 'video' && raw.disposition?.attached_pic !== 1
        ? 'picture'
        : raw.codec_type === 'audio'
          ? 'sound'
          : 'other',
    codec: raw.codec_name,
    tag: raw.codec_tag_string,
    profile: raw.profile,
    pixels: raw.pix_fmt,
    width: turned ? height : width,
    height: turned ? width : height,
    seconds: positive(raw.duration) ?? clock(raw.tags?.DURATION),
    empty: raw.nb_frames === '0',
    ...(demuxer === 'mov' && { off: raw.disposition?.default === 0 }),
  };
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Matroska's `00:00:02.007000000`, in seconds. */
function clock(text: string | undefined): number | undefined {
  const [, hours, minutes, rest] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text ?? '') ?? [];
  return positive(String(Number(hours) * 3600 + Number(minutes) * 60 + Number(rest)));
}

interface Track {
  count: number;
  /** When its first frame begins, in seconds. */
  first: number;
  /** When its last frame begins (picture) or ends (sound), in seconds. */
  last: number;
  /** The usual and the longest time between two frames, in seconds. */
  step: number;
  longest: number;
}

/** Decoders of browsers, by ffmpeg's names; its own ones see less. */
const BROWSERS_DECODERS: Readonly<Record<string, string>> = {
  vp8: 'libvpx',
  vp9: 'libvpx-vp9',
  av1: 'libdav1d',
};

interface Decoded {
  readonly frames: Track;
  readonly sounds: Track;
  readonly errors: readonly string[];
  /** Why a frame could not be decoded at all, as a browser would stop at it. */
  readonly failed?: string;
}

/**
 * Bytes by which the piece of a damaged H.264 picture may end too early for a browser to go on: it takes what lies behind
 * it in memory. With up to 15 most of those that are damaged nowhere else go on, with more most stop (`test/corpus/damage.ts`).
 */
const MOST_OVERREAD = 16;

/** Decodes as strictly as can be, and where only the last bytes of a piece of a picture are missing once more without that. */
async function runAsBrowsers(
  file: string,
  container: Container,
  tools: Ffmpeg,
  picture: Stream,
  sound: Stream | undefined,
): Promise<Decoded> {
  const decodeWith = (leniency: readonly string[]) =>
    runDecoder(file, container, tools, picture, sound, leniency);
  const strict = await decodeWith([]);
  const [, overread] = /error while decoding MB \d+ \d+, bytestream -(\d+)$/.exec(strict.failed ?? '') ?? [];
  if (overread === undefined || Number(overread) > MOST_OVERREAD) return strict;
  const lenient = await decodeWith(['-bug:v', 'autodetect+trunc']);
  return { ...lenient, errors: [...strict.errors.slice(0, 1), ...lenient.errors] };
}

/**
 * Of each decoded frame ffmpeg writes a line with its time. It ends at the first damage that a decoder finds in a picture
 * (`explode`) or that leaves a frame without one (`-max_error_rate 0`), as browsers do, with the decoders that they have.
 */
async function runDecoder(
  file: string,
  container: Container,
  tools: Ffmpeg,
  picture: Stream,
  sound: Stream | undefined,
  leniency: readonly string[],
): Promise<Decoded> {
  const [frames, sounds]: Track[] = [newTrack(), newTrack()];
  const bases: number[] = [];
  const own = BROWSERS_DECODERS[picture.codec ?? ''];
  const decoder = own !== undefined && tools.decoders.includes(own) ? [`-c:${picture.index}`, own] : [];
  const timing = tools.fpsMode ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough'];
  const { code, errors } = await run(
    [
      ...[tools.ffmpeg, '-nostdin', '-hide_banner', '-v', 'repeat+level+error', '-max_error_rate', '0'],
      ...['-err_detect:v', 'explode', ...leniency, '-threads', '2', ...decoder],
      ...['-copyts', ...inputOptions(container), '-i', `file:${file}`],
      ...['-map', `0:${picture.index}`, ...(sound ? ['-map', `0:${sound.index}`] : [])],
      ...[...timing, '-c:v', 'wrapped_avframe', '-c:a', 'pcm_s16le', '-f', 'framecrc', '-'],
    ],
    (line) => {
      const base = /^#tb (\d+): (\d+)\/(\d+)/.exec(line);
      if (base) bases[Number(base[1])] = Number(base[2]) / Number(base[3]);
      const frame = /^(\d+),\s*(-?\d+),\s*(-?\d+),\s*(\d+),/.exec(line);
      if (!frame) return;
      const unit = bases[Number(frame[1])] ?? 0;
      const at = Number(frame[3]) * unit;
      if (frame[1] === '0') note(frames as Track, at);
      else note(sounds as Track, at + Number(frame[4]) * unit);
    },
  );
  const result = { frames: frames as Track, sounds: sounds as Track, errors };
  return code === 0 ? result : { ...result, failed: errors[0] ?? `exit code ${code}` };
}

const newTrack = (): Track => ({ count: 0, first: 0, last: 0, step: 0, longest: 0 });

function note(track: Track, at: number): void {
  if (track.count > 0 && at > track.last) {
    const step = at - track.last;
    track.longest = Math.max(track.longest, step);
    track.step = track.step === 0 ? step : Math.min(track.step, step);
  }
  track.first = track.count === 0 ? at : Math.min(track.first, at);
  track.last = track.count === 0 ? at : Math.max(track.last, at);
  track.count += 1;
}

const MOST_ERRORS = 20;

/** Runs one of the tools to its end. @throws Exceeded; what `onLine` throws */
async function run(
  command: readonly string[],
  onLine: (line: string) => void,
): Promise<{ code: number; errors: string[] }> {
  const [program = '', ...args] = [...tiedToParent(), ...command];
  const child = spawn(program, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    if (errors.length < MOST_ERRORS) errors.push(wordsOf(line));
  });
  let thrown: unknown;
  createInterface(child.stdout).on('line', (line) => {
    try {
      if (thrown === undefined) onLine(line.slice(0, 2000));
    } catch (error) {
      thrown = error;
      child.kill('SIGKILL');
    }
  });
  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>(
    (resolve, reject) => {
      // It was there when the service began, and may have been replaced or removed since.
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(new Exceeded(`ffmpeg does not run (${error.code})`)),
      );
      child.once('close', (code, signal) => resolve({ code, signal }));
    },
  );
  if (thrown !== undefined) throw thrown;
  const what = whatRanOut(code, signal, errors.join('\n'));
  if (what !== undefined) throw new Exceeded(`decoding it takes more ${what} than a video may`);
  return { code: code ?? 1, errors };
}

/** A line of ffmpeg's log without addresses in memory, and without what else a file could put into it. */
function wordsOf(line: string): string {
  return line
    .replace(/\[(?:error|fatal|warning)\] /g, '')
    .replace(/^\[([\w,-]+) @ 0x[0-9a-f]+\] /, '$1: ')
    .replace(/file:\S*\//g, '')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 200);
}
