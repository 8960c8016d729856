/** Signs of damage in one encoded picture or piece of sound that can be seen without a decoder. */
import { DamagedVideo } from './container';

export interface SampleForm {
  /** ffmpeg's name. */
  readonly codec?: string;
  /** Bytes of the length in front of each part of a picture (H.264, HEVC). */
  readonly lengthBytes: number;
  /** It is the first one of its track. */
  readonly first: boolean;
}

/** @throws DamagedVideo */
export function requirePicture(sample: Buffer, form: SampleForm): void {
  const { codec } = form;
  if (codec === 'h264' || codec === 'hevc') return requireParts(sample, form);
  if (codec === 'vp9') return requireVp9(sample, form);
  if (codec === 'vp8') return requireVp8(sample, form);
  if (codec === 'av1') return requireUnits(sample);
  if (codec === 'prores') return require(sample.toString('latin1', 4, 8) === 'icpf');
  // Silence in PCM is zeros.
  if (codec !== undefined && codec.startsWith('pcm_')) return;
  require(sample.length < 16 || sample.some((byte) => byte !== 0));
}

function require(good: boolean): void {
  if (!good) throw new DamagedVideo('A part of it is no picture and no sound.');
}

/** Parts with their lengths in front fill the sample, none is empty, and one of them is a piece of a picture. */
function requireParts(sample: Buffer, { codec, lengthBytes, first }: SampleForm): void {
  let pictures = 0;
  let begins = false;
  for (let at = 0; at + lengthBytes < sample.length;) {
    const length = sample.readUIntBE(at, lengthBytes);
    const head = sample[at + lengthBytes] ?? 0;
    const left = sample.length - at - lengthBytes;
    if (length === 0 || length > left) {
      throw new DamagedVideo(`A part of a picture says it has ${length} bytes, and ${left} are left.`);
    }
    // The first bit of a part is never set.
    require((head & 0x80) === 0);
    const type = codec === 'h264' ? head & 31 : head >> 1;
    if (codec === 'h264' ? type >= 1 && type <= 5 : type <= 31) pictures += 1;
    // A whole picture, or what a decoder needs in front of one from which it can begin.
    if (codec === 'h264' ? type >= 5 && type <= 7 : type >= 16) begins = true;
    at += lengthBytes + length;
  }
  require(pictures > 0);
  if (first && !begins) throw noBeginning();
}

const noBeginning = () => new DamagedVideo('The video does not begin with a whole picture.');

/** A mark, the profile, and whether it is a whole picture; of the last profile another bit stands between. */
function requireVp9(sample: Buffer, { first }: SampleForm): void {
  if (sample.length === 0) return;
  const head = sample[0] ?? 0;
  require(head >> 6 === 2);
  const flags = (head & 0x30) === 0x30 ? head << 1 : head;
  // It shows an earlier picture again, or needs one.
  if (first && (flags & 0x0c) !== 0) throw noBeginning();
}

/** A whole picture has a mark, and the first of its parts lies in it. */
function requireVp8(sample: Buffer, { first }: SampleForm): void {
  if (sample.length < 3) return;
  const head = sample.readUIntLE(0, 3);
  require(head >> 5 <= sample.length);
  if (first && (head & 1) === 1) throw noBeginning();
  if ((head & 1) === 0) require(sample.readUIntBE(3, Math.min(3, sample.length - 3)) === 0x9d012a);
}

/** Units with a head and their length fill the sample. */
function requireUnits(sample: Buffer): void {
  for (let at = 0; at < sample.length;) {
    const head = sample[at] ?? 0;
    const type = (head >> 3) & 15;
    require((head & 0x81) === 0 && type !== 0);
    at += 1 + ((head >> 2) & 1);
    // Only the last one may do without.
    if ((head & 2) === 0) return;
    let [length, shift] = [0, 0];
    for (; shift < 35; shift += 7, at += 1) {
      length += ((sample[at] ?? 0) & 0x7f) * 2 ** shift;
      if (((sample[at] ?? 0) & 0x80) === 0) break;
    }
    at += 1 + length;
    require(at <= sample.length);
  }
}
