/** Which forms of picture and sound a browser plays. Judged by Debian's Chromium in `test/corpus`. */
import type { Container } from './containers/container';

export interface Stream {
  readonly index: number;
  readonly kind: 'picture' | 'sound' | 'other';
  /** ffmpeg's name; undefined where it knows none. */
  readonly codec?: string;
  readonly tag?: string;
  readonly profile?: string;
  /** ffmpeg's name of the format of its pixels. */
  readonly pixels?: string;
  /** As it is shown: after rotation, with square pixels. */
  readonly width: number;
  readonly height: number;
  /** What the file promises. */
  readonly seconds?: number;
  /** The file says that it has no samples. */
  readonly empty: boolean;
  /** The file says that it is not to be played by itself. Only MP4 and QuickTime files say so. */
  readonly off?: boolean;
}

const PICTURES: Readonly<Record<string, string>> = {
  h264: 'H.264',
  vp8: 'VP8',
  vp9: 'VP9',
  av1: 'AV1',
  hevc: 'HEVC',
};
const SOUNDS: ReadonlySet<string> = new Set([
  ...['aac', 'mp3', 'opus', 'vorbis', 'flac'],
  ...[
    'pcm_u8',
    'pcm_s16le',
    'pcm_s16be',
    'pcm_s24le',
    'pcm_s24be',
    'pcm_s32le',
    'pcm_f32le',
    'pcm_alaw',
    'pcm_mulaw',
  ],
]);
/** Sound that every browser plays. */
const COMMON_SOUNDS: ReadonlySet<string> = new Set(['aac', 'mp3', 'opus', 'vorbis']);
/** 8 bits with half the colour: what every phone decodes. */
const COMMON_PIXELS: ReadonlySet<string> = new Set(['yuv420p', 'yuvj420p']);

export interface Form {
  /** The picture and the sound that a browser takes, or those it would have to. */
  readonly picture?: Stream;
  readonly sound?: Stream;
  readonly words: { readonly notPlayable?: string; readonly notes: readonly string[] };
}

export function formOf(streams: readonly Stream[], container: Pick<Container, 'name' | 'inBrowsers'>): Form {
  const played = switchedOn(streams.filter(({ kind }) => kind !== 'other'));
  const shown = played.filter(({ kind }) => kind === 'picture');
  const pictures = shown.length > 0 ? shown : streams.filter(({ kind }) => kind === 'picture');
  const sounds = played.filter(({ kind, empty }) => kind === 'sound' && !empty);
  const picture = pictures.find(({ codec = '' }) => codec in PICTURES) ?? pictures[0];
  const sound = sounds.find(({ codec = '' }) => SOUNDS.has(codec)) ?? sounds[0];
  if (!picture) return { words: { notes: [] } };
  const names = [nameOf(picture), sound && nameOf(sound)].filter(Boolean).join(' and ');
  const found = `${names} in ${container.name}${shown.length > 0 ? '' : ' with its picture switched off'}`;
  const plays =
    shown.length > 0 &&
    container.inBrowsers &&
    (picture.codec ?? '') in PICTURES &&
    (!sound || SOUNDS.has(sound.codec ?? ''));
  return {
    picture,
    sound,
    words: plays
      ? { notes: notesOf(picture, sound) }
      : { notPlayable: `The video is ${found}, which browsers do not play.`, notes: [] },
  };
}

/** Where all are off, browsers play them all the same. */
function switchedOn(streams: readonly Stream[]): readonly Stream[] {
  const on = streams.filter(({ off }) => off !== true);
  return on.length > 0 ? on : streams;
}

/** The size at which a browser shows pixels that are so many times as wide as high: it never takes pixels away. */
export function inSquarePixels(width: number, height: number, across: number, down: number) {
  if (!(across > 0 && down > 0)) return { width, height };
  const stretch = across / down;
  return stretch >= 1
    ? { width: Math.round(width * stretch), height }
    : { width, height: Math.round(height / stretch) };
}

function notesOf(picture: Stream, sound: Stream | undefined): string[] {
  const notes: string[] = [];
  if (picture.codec === 'hevc') {
    notes.push('The picture is HEVC: phones and Safari play it, and many other browsers do not.');
  } else if (picture.pixels !== undefined && !COMMON_PIXELS.has(picture.pixels)) {
    notes.push(
      `The picture is ${nameOf(picture)} with ${picture.pixels} pixels: not every browser and phone plays it.`,
    );
  }
  if (sound && !COMMON_SOUNDS.has(sound.codec ?? '')) {
    notes.push(`The sound is ${nameOf(sound)}: not every browser and phone plays it.`);
  }
  return notes;
}

const NAMES: Readonly<Record<string, string>> = {
  ...PICTURES,
  prores: 'ProRes',
  mpeg4: 'MPEG-4 part 2',
  mpeg2video: 'MPEG-2',
  mpeg1video: 'MPEG-1',
  mjpeg: 'Motion JPEG',
  dnxhd: 'DNxHD',
  theora: 'Theora',
  aac: 'AAC',
  mp3: 'MP3',
  mp2: 'MP2',
  opus: 'Opus',
  vorbis: 'Vorbis',
  flac: 'FLAC',
  alac: 'ALAC',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
};

function nameOf({ codec, tag }: Stream): string {
  if (codec === undefined || codec === 'unknown')
    return `a codec of an unknown kind (${(tag ?? '?').replace(/[^\x20-\x7e]/g, '?').slice(0, 20)})`;
  return NAMES[codec] ?? codec;
}
