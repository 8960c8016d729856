/**
 * Files that could come in place of the video, made with ffmpeg and then cut, zeroed and re-boxed. What is to become of
 * each is written nowhere: the browser says it (`corpus.test.ts`).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { box, boxAt, boxesIn, edited, insertBox, pathsOf, replaceBox, samplesOf } from './mp4';

export interface Specimen {
  /** A sentence's worth of what it is. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly promise: Promised;
}

/** What the tables of a file say of itself, whatever is behind them. */
export interface Promised {
  /** Where its picture ends; 0 where that is not said. */
  readonly pictureSeconds: number;
  /** From one picture to the next. */
  readonly pictureStep: number;
  /** It has sound. */
  readonly hasSound: boolean;
  readonly isHevc: boolean;
}

const PICTURE = 'testsrc2=size=180x320:rate=24:duration=2';
const SOUND = 'sine=frequency=440:sample_rate=48000:duration=2';
const H264 = '-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 12';

/** Makes all of them, in a folder of its own that is gone afterwards. */
export function makeCorpus(): Specimen[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'corpus-'));
  try {
    return Object.entries(makers(createClips(folder))).map(([name, make]) => {
      const bytes = make();
      return { name, bytes, promise: promiseOf(bytes, path.join(folder, 'probed')) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface ProbedStream {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly duration?: string;
  readonly avg_frame_rate?: string;
  readonly nb_read_packets?: string;
  readonly tags?: { readonly DURATION?: string };
}

function promiseOf(bytes: Buffer, file: string): Promised {
  writeFileSync(file, bytes);
  const options = ['-v', 'quiet', '-count_packets', '-show_streams', '-of', 'json', file];
  const { stdout } = spawnSync('ffprobe', options, { encoding: 'utf8' });
  const { streams = [] } = JSON.parse(stdout || '{}') as { streams?: ProbedStream[] };
  const picture = streams.find(({ codec_type: type }) => type === 'video');
  const [hours, minutes, seconds] = (picture?.tags?.DURATION ?? '0:0:0').split(':').map(Number);
  const [pictures = 0, per = 1] = (picture?.avg_frame_rate ?? '0/1').split('/').map(Number);
  return {
    pictureSeconds: Number(picture?.duration ?? (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)),
    pictureStep: pictures > 0 ? per / pictures : 0,
    hasSound: streams.some((stream) => stream.codec_type === 'audio' && Number(stream.nb_read_packets) > 0),
    isHevc: picture?.codec_name === 'hevc',
  };
}

type Clips = ReturnType<typeof createClips>;

function createClips(folder: string) {
  const made = new Map<string, Buffer>();
  let files = 0;

  function run(inputs: string[], options: string, ending: string): Buffer {
    const key = JSON.stringify([inputs, options, ending]);
    const known = made.get(key);
    if (known) return known;
    const output = path.join(folder, `${(files += 1)}.${ending}`);
    const args = ['-v', 'error', '-y', '-nostdin', '-fflags', '+bitexact', ...inputs];
    execFileSync('ffmpeg', [...args, ...options.split(' ').filter(Boolean), output], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const bytes = readFileSync(output);
    made.set(key, bytes);
    return bytes;
  }

  /** A clip without sound. */
  const silent = (options: string, ending = 'mp4', picture = PICTURE) =>
    run(['-f', 'lavfi', '-i', picture], options, ending);
  /** A clip with sound. */
  const loud = (options: string, ending = 'mp4', { picture = PICTURE, sound = SOUND } = {}) =>
    run(['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound], options, ending);
  const soundOnly = (options: string, ending = 'mp4') => run(['-f', 'lavfi', '-i', SOUND], options, ending);
  /** Puts another clip's streams into another container, untouched. */
  function remux(bytes: Buffer, options: string, ending = 'mp4'): Buffer {
    const input = path.join(folder, `${(files += 1)}.input`);
    writeFileSync(input, bytes);
    return run(['-i', input], `-c copy ${options}`, ending);
  }
  return { silent, loud, soundOnly, remux };
}

function makers({ silent, loud, soundOnly, remux }: Clips): Record<string, () => Buffer> {
  const plain = () => silent(H264);
  const fast = () => silent(`${H264} -movflags +faststart`);
  const aac = () => loud(`${H264} -c:a aac`);
  const fragmented = () => silent(`${H264} -movflags +frag_keyframe+empty_moov+default_base_moof`);
  const webm = () => loud('-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 12 -c:a libopus', 'webm');
  const hevc = () => silent('-c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1');
  const codecs: Record<string, () => Buffer> = {
    'H.264, silent': plain,
    'H.264, moov first': fast,
    'H.264 and AAC': aac,
    'H.264 and AAC, moov first': () => loud(`${H264} -c:a aac -movflags +faststart`),
    'H.264 and MP3': () => loud(`${H264} -c:a libmp3lame`),
    'H.264 and Opus': () => loud(`${H264} -c:a libopus`),
    'H.264 and Vorbis': () => loud(`${H264} -c:a libvorbis`),
    'H.264 and FLAC': () => loud(`${H264} -c:a flac -strict -2`),
    'H.264 and AC-3': () => loud(`${H264} -c:a ac3`),
    'H.264 and E-AC-3': () => loud(`${H264} -c:a eac3`),
    'H.264 and ALAC': () => loud(`${H264} -c:a alac`),
    'H.264 and MP2': () => loud(`${H264} -c:a mp2 -ac 2`),
    'H.264 and PCM, QuickTime': () => loud(`${H264} -c:a pcm_s16le`, 'mov'),
    'H.264 and big-endian PCM of 24 bits, QuickTime': () => loud(`${H264} -c:a pcm_s24be`, 'mov'),
    'H.264 and A-law, QuickTime': () => loud(`${H264} -c:a pcm_alaw -ar 8000`, 'mov'),
    'H.264 and ADPCM, QuickTime': () => loud(`${H264} -c:a adpcm_ima_qt`, 'mov'),
    'H.264 and AAC, QuickTime': () => loud(`${H264} -c:a aac`, 'mov'),
    'H.264 and AAC of six channels': () => loud(`${H264} -c:a aac -ac 6`),
    'H.264 baseline': () => silent(`${H264} -profile:v baseline`),
    'H.264 of 10 bits': () => silent('-c:v libx264 -preset veryfast -pix_fmt yuv420p10le'),
    'H.264 4:2:2': () => silent('-c:v libx264 -preset veryfast -pix_fmt yuv422p'),
    'H.264 4:2:2 of 10 bits': () => silent('-c:v libx264 -preset veryfast -pix_fmt yuv422p10le'),
    'H.264 4:4:4': () => silent('-c:v libx264 -preset veryfast -pix_fmt yuv444p'),
    'H.264 RGB': () => silent('-c:v libx264rgb -preset veryfast'),
    'H.264 lossless': () => silent('-c:v libx264 -preset veryfast -qp 0 -pix_fmt yuv420p'),
    'H.264 gray': () => silent('-c:v libx264 -preset veryfast -pix_fmt gray'),
    'H.264 full range': () => silent('-c:v libx264 -preset veryfast -pix_fmt yuvj420p'),
    'H.264 interlaced': () =>
      silent('-c:v libx264 -preset veryfast -pix_fmt yuv420p -flags +ilme+ildct -x264-params tff=1'),
    'HEVC (hvc1)': hevc,
    'HEVC (hev1)': () => silent('-c:v libx265 -preset ultrafast -x265-params log-level=none'),
    'HEVC of 10 bits': () =>
      silent('-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=none -tag:v hvc1'),
    'VP8 and Vorbis, WebM': () => loud('-c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis', 'webm'),
    'VP8, silent, WebM': () => silent('-c:v libvpx -deadline realtime -cpu-used 8', 'webm'),
    'VP9 and Opus, WebM': webm,
    'VP9, MP4': () => silent('-c:v libvpx-vp9 -deadline realtime -cpu-used 8'),
    'VP9 of 10 bits, WebM': () =>
      silent('-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv420p10le', 'webm'),
    'VP9 4:4:4, WebM': () =>
      silent('-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv444p', 'webm'),
    'VP9 with transparency, WebM': () =>
      silent('-vf format=yuva420p -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuva420p', 'webm'),
    'AV1, MP4': () => silent('-c:v libsvtav1 -preset 12', 'mp4'),
    'AV1 and Opus, WebM': () => loud('-c:v libsvtav1 -preset 12 -c:a libopus', 'webm'),
    'AV1 of 10 bits, MP4': () => silent('-c:v libsvtav1 -preset 12 -pix_fmt yuv420p10le', 'mp4'),
    'H.264 and PCM of floating point, QuickTime': () => loud(`${H264} -c:a pcm_f32le`, 'mov'),
    'H.264 and big-endian PCM of floating point, QuickTime': () => loud(`${H264} -c:a pcm_f32be`, 'mov'),
    'H.264 and PCM of 8 bits, QuickTime': () => loud(`${H264} -c:a pcm_u8`, 'mov'),
    'H.264 and PCM, Matroska': () => loud(`${H264} -c:a pcm_s16le`, 'mkv'),
    'H.264 and AAC, Matroska': () => loud(`${H264} -c:a aac`, 'mkv'),
    'VP8, Matroska': () => silent('-c:v libvpx -deadline realtime -cpu-used 8', 'mkv'),
    'MPEG-4 part 2': () => silent('-c:v mpeg4'),
    'MPEG-2, MP4': () => silent('-c:v mpeg2video'),
    'MPEG-1, MP4': () => silent('-c:v mpeg1video'),
    'Motion JPEG, QuickTime': () => silent('-c:v mjpeg -pix_fmt yuvj420p', 'mov'),
    'ProRes, QuickTime': () => silent('-c:v prores_ks', 'mov'),
    'ProRes and PCM, QuickTime': () => loud('-c:v prores_ks -c:a pcm_s16le', 'mov'),
    'DNxHR, QuickTime': () =>
      silent(
        '-c:v dnxhd -profile:v dnxhr_sq -pix_fmt yuv422p',
        'mov',
        'testsrc2=size=320x180:rate=24:duration=2',
      ),
    'PNG, QuickTime': () => silent('-c:v png', 'mov'),
    'raw video, QuickTime': () => silent('-c:v rawvideo -pix_fmt yuyv422', 'mov'),
    'Theora, Ogg': () => silent('-c:v libtheora', 'ogv'),
    'H.264, AVI': () => silent(H264, 'avi'),
    'H.264, Flash video': () => silent(H264, 'flv'),
    'H.264, MPEG transport stream': () => silent(H264, 'ts'),
    'a GIF': () => silent('', 'gif'),
    'sound alone': () => soundOnly('-c:a aac'),
  };
  const boxed: Record<string, () => Buffer> = {
    'a newline behind the last box': () => Buffer.concat([plain(), Buffer.from('\n')]),
    'a line of text behind the last box': () =>
      Buffer.concat([fast(), Buffer.from('\nTHANK YOU for using our gateway\n')]),
    'a kilobyte of zeros behind the last box': () => Buffer.concat([plain(), Buffer.alloc(1024)]),
    'three zeros behind the last box': () => Buffer.concat([fast(), Buffer.alloc(3)]),
    'a box of no known type and of 2 GB behind the last box': () =>
      Buffer.concat([plain(), Buffer.from('7fffffff7a7a7a7a', 'hex')]),
    'styp in front of everything': () => moveAll(plain(), box('styp', 'msdh', Buffer.alloc(4), 'msdhmsix')),
    'styp behind ftyp': () =>
      insertBox(plain(), 'after', 'ftyp', box('styp', 'msdh', Buffer.alloc(4), 'msdhmsix')),
    'no ftyp': () =>
      moveAll(plain().subarray(boxAt(plain(), 'ftyp').end), Buffer.alloc(0), boxAt(plain(), 'ftyp').end),
    'free boxes everywhere': () =>
      insertBox(
        insertBox(plain(), 'before', 'moov', box('free', Buffer.alloc(999))),
        'after',
        'moov/trak',
        box('skip', Buffer.alloc(77)),
      ),
    'a uuid box (C2PA) behind ftyp': () =>
      insertBox(
        plain(),
        'after',
        'ftyp',
        box(
          'uuid',
          Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex'),
          Buffer.alloc(5000, 'c2pa manifest'),
        ),
      ),
    'a uuid box in moov': () =>
      insertBox(plain(), 'after', 'moov/mvhd', box('uuid', Buffer.alloc(16, 7), Buffer.alloc(100, 'x'))),
    'a uuid box at the end': () =>
      Buffer.concat([fast(), box('uuid', Buffer.alloc(16, 9), Buffer.alloc(300, 'y'))]),
    'two moov boxes, the same': () => Buffer.concat([plain(), bytesOf(plain(), 'moov')]),
    'an mdat with a size of 64 bits': () => replaceMdatHead(plain(), 'long'),
    'a last mdat that goes to the end of the file': () => replaceMdatHead(fast(), 'open'),
    'a last mdat to the end of the file, and a newline in it': () =>
      Buffer.concat([replaceMdatHead(fast(), 'open'), Buffer.from('\n')]),
    'an mdat whose size is too great by 100': () => edited(fast(), (file) => addToSize(file, 'mdat', 100)),
    'an mdat whose size is too small by 100': () => edited(fast(), (file) => addToSize(file, 'mdat', -100)),
    'a moov with a size of 64 bits': () => {
      const moov = bytesOf(plain(), 'moov');
      return replaceBox(plain(), 'moov', longBox('moov', moov.subarray(8)));
    },
    'a box of no known type in front': () => insertBox(plain(), 'before', 'ftyp', box('jumb', 'c2pa')),
    'a compressed moov': () => {
      const moov = bytesOf(plain(), 'moov');
      const packed = box('cmov', box('dcom', 'zlib'), box('cmvd', words(moov.length), deflateSync(moov)));
      return replaceBox(plain(), 'moov', box('moov', packed));
    },
    'chunk offsets of 64 bits (co64)': () => toCo64(plain()),
    'an AAC track of 0 samples': () => withEmptySound(aac()),
    'a video track of 0 samples beside the sound': () => emptied(aac(), 0),
    'a track of subtitles': () => remuxWithSubtitles(),
    'a time code track, QuickTime': () => silent(`${H264} -timecode 10:00:00:00`, 'mov'),
    'metadata and a cover picture': () =>
      loud(`${H264} -c:a aac -metadata title=Party -metadata comment=made`),
    'two video tracks': () => loudTwice('-map 0:v -map 0:v -map 1:a'),
    'two sound tracks': () => loudTwice('-map 0:v -map 1:a -map 1:a'),
    'MPEG-4 part 2, and H.264 that is switched off': () => loudTwice('-map 0:v -map 0:v', '-c:v:0 mpeg4'),
    'MPEG-4 part 2 that is switched off, and H.264': () =>
      switched(loudTwice('-map 0:v -map 0:v', '-c:v:0 mpeg4'), [0, 3]),
    'AC-3, and AAC that is switched off': () => loudTwice('-map 0:v -map 1:a -map 1:a', '-c:a:0 ac3'),
    'AC-3 that is switched off, and AAC': () =>
      switched(loudTwice('-map 0:v -map 1:a -map 1:a', '-c:a:0 ac3'), [3, 0, 3]),
    'H.264 that is switched off': () => switched(plain(), [0]),
    'two video tracks, both switched off': () => switched(loudTwice('-map 0:v -map 0:v -map 1:a'), [0, 0, 3]),
    'the whole film turned by 90 degrees': () =>
      edited(plain(), (file) => {
        const matrix = boxAt(file, 'moov/mvhd').content + 36;
        [0, 0x10000, 0, -0x10000, 0].forEach((value, i) => file.writeInt32BE(value, matrix + 4 * i));
      }),
    'turned by 90 degrees': () => remux(plain(), '-metadata:s:v rotate=90'),
    'turned by 180 degrees': () => remux(plain(), '-metadata:s:v rotate=180'),
    'pixels that are not square': () => silent(`-vf setsar=2 ${H264}`),
    'pixels that are higher than wide': () => silent(`-vf setsar=8/9 ${H264}`),
    'pixels that are higher than wide, WebM': () =>
      silent('-vf setsar=8/9 -c:v libvpx-vp9 -deadline realtime -cpu-used 8', 'webm'),
    'a last picture that stays for two seconds': () =>
      lasting(replaceBox(silent(`${H264} -bf 0`), STTS, box('stts', words(0, 2, 47, 512, 1, 24_576))), 3958),
    'a first picture that stays for two seconds': () =>
      lasting(replaceBox(silent(`${H264} -bf 0`), STTS, box('stts', words(0, 2, 1, 24_576, 47, 512))), 3958),
    'an edit list that shows it twice': () =>
      withEdits(silent(`${H264} -bf 0`), words(0, 2, 2000, 0, 0x10000, 2000, 0, 0x10000)),
    'an edit list of 64 bits': () =>
      withEdits(plain(), Buffer.concat([words(0x1000000, 1, 0, 2000, 0, 1024, 0x10000)])),
    'an edit list that shows nothing': () => withEdits(plain(), words(0, 1, 2000, 0xffffffff, 0x10000)),
    'an edit list that begins behind the end': () => withEdits(plain(), words(0, 1, 2000, 900_000, 0x10000)),
    'an edit list that skips the first half second': () => remuxFrom(aac(), 0.5),
    'an edit list with an empty edit in front': () =>
      loud(`${H264} -c:a aac -output_ts_offset 0.5 -movflags use_metadata_tags`),
    'fragments, moov without samples': fragmented,
    'fragments, the first samples in moov': () => silent(`${H264} -movflags +frag_keyframe`),
    'fragments with sound': () => loud(`${H264} -c:a aac -movflags +frag_keyframe+empty_moov`),
    'fragments with an index (sidx) and styp': () =>
      silent(`${H264} -movflags +frag_keyframe+empty_moov+dash+global_sidx`),
    'fragments of CMAF': () => silent(`${H264} -movflags +cmaf+frag_keyframe`),
    'fragments, a newline behind the last': () => Buffer.concat([fragmented(), Buffer.from('\n')]),
    'one picture': () => silent(H264, 'mp4', 'testsrc2=size=180x320:rate=24:duration=0.041'),
    '60 pictures a second': () => silent(H264, 'mp4', 'testsrc2=size=180x320:rate=60:duration=1'),
    'one picture a second': () => silent(H264, 'mp4', 'testsrc2=size=180x320:rate=1:duration=2'),
    'pictures of varying length': () =>
      silent(`-vf select='not(mod(n\\,7))+lt(n\\,10)' -fps_mode vfr ${H264}`),
    'sound that is longer than the picture': () =>
      loud(`${H264} -c:a aac`, 'mp4', { sound: 'sine=frequency=440:sample_rate=48000:duration=3' }),
    'sound that is shorter than the picture': () =>
      loud(`${H264} -c:a aac`, 'mp4', { sound: 'sine=frequency=440:sample_rate=48000:duration=1' }),
    'only key pictures': () => silent('-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 1'),
    'open groups of pictures': () =>
      silent('-c:v libx264 -preset veryfast -pix_fmt yuv420p -x264-params open-gop=1:keyint=12:bframes=3'),
    'a WebM with bytes behind its end': () => Buffer.concat([webm(), Buffer.from('\nTHANK YOU\n')]),
    'a WebM that says it lasts eight seconds': () =>
      edited(silent('-c:v libvpx-vp9 -deadline realtime -cpu-used 8', 'webm'), (file) => {
        file.writeDoubleBE(8000, file.indexOf('4489', 0, 'hex') + 3);
        // What ffmpeg wrote of each track.
        file.write('duration', file.indexOf('DURATION'), 'latin1');
      }),
    'a WebM as it is streamed, without length and cues': () =>
      loud('-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 12 -c:a libopus -live 1', 'webm'),
  };
  const half = (file: Buffer) => Math.floor(file.length / 2);
  const broken: Record<string, () => Buffer> = {
    nothing: () => Buffer.alloc(0),
    'a web page': () => Buffer.from('<!doctype html><html><body>Access denied</body></html>'),
    'a playlist': () =>
      Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n'),
    'a list of files for ffmpeg': () => Buffer.from("ffconcat version 1.0\nfile '/etc/hostname'\n"),
    'a JPEG': () => silent('-frames:v 1 -update 1', 'jpg'),
    zeros: () => Buffer.alloc(50_000),
    noise: () => noise(50_000),
    'moov last, cut by 1 byte': () => plain().subarray(0, -1),
    'moov last, cut in the middle': () => plain().subarray(0, half(plain())),
    'moov first, cut by 1 byte': () => fast().subarray(0, -1),
    'moov first, cut by 1 %': () => fast().subarray(0, Math.floor(fast().length * 0.99)),
    'moov first, cut in the middle': () => fast().subarray(0, half(fast())),
    'moov first, cut after moov': () => fast().subarray(0, boxAt(fast(), 'mdat').content),
    'a last mdat to the end of the file, cut by 1 byte': () =>
      replaceMdatHead(fast(), 'open').subarray(0, -1),
    'a last mdat to the end of the file, cut in the middle': () =>
      replaceMdatHead(fast(), 'open').subarray(0, half(fast())),
    'fragments, cut by 1 byte': () => fragmented().subarray(0, -1),
    'fragments, cut in the middle': () => fragmented().subarray(0, half(fragmented())),
    'fragments, cut between two': () =>
      fragmented().subarray(
        0,
        boxesIn(fragmented())
          .filter(({ type }) => type === 'moof')
          .at(-1)?.start,
      ),
    'the second half of mdat zeroed': () => zeroed(plain(), 0.5, 1),
    'the second half of mdat zeroed, with sound': () => zeroed(aac(), 0.5, 1),
    'the first half of mdat zeroed': () => zeroed(plain(), 0, 0.5),
    'all of mdat zeroed': () => zeroed(plain(), 0, 1),
    'one per cent of mdat zeroed': () => zeroed(plain(), 0.6, 0.61),
    'the end of mdat zeroed': () => zeroed(plain(), 0.99, 1),
    'a page of 512 bytes zeroed in the last picture': () =>
      edited(plain(), (file) => {
        const { at, size } = samplesOf(file).at(-1) as { at: number; size: number };
        file.fill(0, at + 10, at + Math.min(size, 522));
      }),
    'the second half of mdat as noise': () =>
      edited(plain(), (file) => {
        const { content, end } = boxAt(file, 'mdat');
        noise(Math.floor((end - content) / 2)).copy(file, Math.floor((content + end) / 2));
      }),
    'twenty bytes changed inside of one picture': () =>
      edited(plain(), (file) => {
        const { at, size } = samplesOf(file)[20] as { at: number; size: number };
        noise(20).copy(file, at + Math.floor(size / 2));
      }),
    'a bit changed in every kilobyte': () =>
      edited(plain(), (file) => {
        const { content, end } = boxAt(file, 'mdat');
        for (let at = content + 500; at < end; at += 1000) file[at] = (file[at] ?? 0) ^ 0x10;
      }),
    'the length in front of one picture is zero': () =>
      edited(plain(), (file) => file.writeUInt32BE(0, samplesOf(file)[20]?.at)),
    'the length in front of one picture leaves the sample': () =>
      edited(plain(), (file) => file.writeUInt32BE(0x00ffffff, samplesOf(file)[20]?.at)),
    'the first picture is gone': () =>
      edited(plain(), (file) => {
        const { at, size } = samplesOf(file)[0] as { at: number; size: number };
        file.fill(0, at, at + size);
      }),
    'sizes of two samples swapped': () => edited(plain(), (file) => swapSizes(file, 10, 12)),
    'one sample of length zero': () =>
      edited(plain(), (file) =>
        file.writeUInt32BE(0, boxAt(file, 'moov/trak/mdia/minf/stbl/stsz').content + 12 + 4 * 20),
      ),
    'one sample that is longer than the file': () =>
      edited(plain(), (file) =>
        file.writeUInt32BE(0x7fffffff, boxAt(file, 'moov/trak/mdia/minf/stbl/stsz').content + 12 + 4 * 20),
      ),
    'a chunk that lies behind the end of the file': () =>
      edited(plain(), (file) =>
        file.writeUInt32BE(file.length + 1000, boxAt(file, 'moov/trak/mdia/minf/stbl/stco').content + 8),
      ),
    'chunks that begin 7 bytes too late': () =>
      edited(plain(), (file) => {
        const at = boxAt(file, 'moov/trak/mdia/minf/stbl/stco').content + 8;
        file.writeUInt32BE(file.readUInt32BE(at) + 7, at);
      }),
    'fewer samples than their lengths say': () =>
      edited(plain(), (file) =>
        file.writeUInt32BE(24, boxAt(file, 'moov/trak/mdia/minf/stbl/stsz').content + 8),
      ),
    'no description of the codec (avcC)': () =>
      edited(plain(), (file) => {
        file.write('xxxx', file.indexOf('avcC'), 'latin1');
      }),
    'a description of the codec (avcC) of noise': () =>
      edited(plain(), (file) => {
        noise(30).copy(file, file.indexOf('avcC') + 8);
      }),
    'no table of sample sizes': () =>
      edited(plain(), (file) => {
        file.write('free', file.indexOf('stsz'), 'latin1');
      }),
    'no table of chunks': () =>
      edited(plain(), (file) => {
        file.write('free', file.indexOf('stco'), 'latin1');
      }),
    'a moov that is cut off by a wrong size': () => edited(plain(), (file) => addToSize(file, 'moov', -200)),
    'the sound zeroed': () =>
      edited(aac(), (file) => {
        for (const { at, size } of samplesOf(file, 1)) file.fill(0, at, at + size);
      }),
    'the second half of the sound as noise': () =>
      edited(aac(), (file) => {
        for (const { at, size } of samplesOf(file, 1).slice(40)) noise(size).copy(file, at);
      }),
    'a WebM, cut in the middle': () => webm().subarray(0, half(webm())),
    'a WebM, cut by 1 byte': () => webm().subarray(0, -1),
    'a WebM, its second half zeroed': () =>
      edited(webm(), (file) => {
        file.fill(0, half(file));
      }),
    'a WebM that begins with its second cluster': () => {
      const clip = silent('-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -cluster_time_limit 400', 'webm');
      const first = clip.indexOf(CLUSTER);
      return Buffer.concat([clip.subarray(0, first), clip.subarray(clip.indexOf(CLUSTER, first + 4))]);
    },
    'a WebM of VP8 that begins with its second cluster': () => {
      const clip = silent('-c:v libvpx -deadline realtime -cpu-used 8 -cluster_time_limit 400', 'webm');
      const first = clip.indexOf(CLUSTER);
      return Buffer.concat([clip.subarray(0, first), clip.subarray(clip.indexOf(CLUSTER, first + 4))]);
    },
    'a WebM, one per cent zeroed': () =>
      edited(webm(), (file) => {
        file.fill(0, half(file), Math.floor(file.length * 0.51));
      }),
    'HEVC, the second half of mdat zeroed': () => zeroed(hevc(), 0.5, 1),
    'HEVC, moov first, cut in the middle': () =>
      remux(hevc(), '-movflags +faststart').subarray(0, half(hevc())),
    'AV1, the second half of mdat zeroed': () => zeroed(silent('-c:v libsvtav1 -preset 12', 'mp4'), 0.5, 1),
    'VP9, the second half of mdat zeroed': () =>
      zeroed(silent('-c:v libvpx-vp9 -deadline realtime -cpu-used 8'), 0.5, 1),
    'ProRes, the second half of mdat zeroed': () => zeroed(silent('-c:v prores_ks', 'mov'), 0.5, 1),
  };
  return { ...codecs, ...boxed, ...broken };

  function remuxWithSubtitles(): Buffer {
    const clip = aac();
    return remux(clip, '-map 0 -metadata:s:a language=eng');
  }
  function remuxFrom(clip: Buffer, seconds: number): Buffer {
    return remux(clip, `-ss ${seconds}`);
  }
  function loudTwice(maps: string, options = ''): Buffer {
    return loud(`${maps} ${H264} -c:a aac ${options}`);
  }
}

const STTS = 'moov/trak/mdia/minf/stbl/stts';
const CLUSTER = Buffer.from('1f43b675', 'hex');

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
  return bytes;
};

function longBox(type: string, content: Buffer): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(content.length + 16));
  return Buffer.concat([words(1), Buffer.from(type), size, content]);
}

/** The file with this in place of its edit list. */
function withEdits(file: Buffer, edits: Buffer): Buffer {
  return replaceBox(file, 'moov/trak/edts', box('edts', box('elst', edits)));
}

/** The file with all its headers saying that it lasts for so many milliseconds. */
function lasting(file: Buffer, milliseconds: number): Buffer {
  return edited(withEdits(file, words(0, 1, milliseconds, 0, 0x10000)), (copy) => {
    copy.writeUInt32BE(milliseconds, boxAt(copy, 'moov/mvhd').content + 16);
    copy.writeUInt32BE(milliseconds, boxAt(copy, 'moov/trak/tkhd').content + 20);
    const header = boxAt(copy, 'moov/trak/mdia/mdhd').content;
    copy.writeUInt32BE(Math.round((milliseconds * copy.readUInt32BE(header + 12)) / 1000), header + 16);
  });
}

/** The file with these flags of its tracks: 3 is on, 0 is off. */
function switched(file: Buffer, flags: readonly number[]): Buffer {
  return edited(file, (copy) => {
    flags.forEach((flag, track) => copy.writeUInt8(flag, boxAt(copy, `moov/trak:${track}/tkhd`).content + 3));
  });
}

function bytesOf(file: Buffer, path: string): Buffer {
  const { start, end } = boxAt(file, path);
  return file.subarray(start, end);
}

/** The file behind other bytes (or with its first ones gone), its chunk offsets moved with it. */
function moveAll(file: Buffer, front: Buffer, gone = 0): Buffer {
  const whole = Buffer.concat([front, file]);
  const by = front.length - gone;
  for (const path of pathsOf(whole)) {
    if (!/\/stco:0$/.test(path)) continue;
    const { content } = boxAt(whole, path);
    for (let i = 0; i < whole.readUInt32BE(content + 4); i += 1) {
      const at = content + 8 + 4 * i;
      whole.writeUInt32BE(whole.readUInt32BE(at) + by, at);
    }
  }
  return whole;
}

/** ffmpeg leaves room for a size of 64 bits in front of mdat: a free box of 8 bytes. */
function replaceMdatHead(file: Buffer, as: 'long' | 'open'): Buffer {
  return edited(file, (copy) => {
    const mdat = boxAt(copy, 'mdat');
    if (as === 'open') {
      copy.writeUInt32BE(0, mdat.start);
      return;
    }
    const at = mdat.start - 8;
    copy.writeUInt32BE(1, at);
    copy.write('mdat', at + 4, 'latin1');
    copy.writeBigUInt64BE(BigInt(mdat.end - at), at + 8);
  });
}

function addToSize(file: Buffer, path: string, by: number): void {
  const { start, end } = boxAt(file, path);
  file.writeUInt32BE(end - start + by, start);
}

function toCo64(file: Buffer): Buffer {
  const path = 'moov/trak/mdia/minf/stbl/stco';
  const { content } = boxAt(file, path);
  const count = file.readUInt32BE(content + 4);
  const table = Buffer.alloc(8 + 8 * count);
  table.writeUInt32BE(count, 4);
  for (let i = 0; i < count; i += 1) {
    table.writeBigUInt64BE(BigInt(file.readUInt32BE(content + 8 + 4 * i)), 8 + 8 * i);
  }
  return replaceBox(file, path, box('co64', table));
}

const withEmptySound = (file: Buffer) => emptied(file, 1);

/** The file with the tables of one track saying that it has no samples. */
function emptied(file: Buffer, track: number): Buffer {
  let changed = file;
  for (const name of ['stts', 'stsc', 'stco', 'stsz', 'stss', 'ctts']) {
    const path = `moov/trak:${track}/mdia/minf/stbl/${name}`;
    if (!pathsOf(changed).includes(`moov:0/trak:${track}/mdia:0/minf:0/stbl:0/${name}:0`)) continue;
    changed = replaceBox(changed, path, box(name, Buffer.alloc(name === 'stsz' ? 12 : 8)));
  }
  return changed;
}

function zeroed(file: Buffer, from: number, to: number): Buffer {
  return edited(file, (copy) => {
    const { content, end } = boxAt(copy, 'mdat');
    copy.fill(0, content + Math.floor((end - content) * from), content + Math.floor((end - content) * to));
  });
}

function swapSizes(file: Buffer, one: number, other: number): void {
  const at = (index: number) => boxAt(file, 'moov/trak/mdia/minf/stbl/stsz').content + 12 + 4 * index;
  const [first, second] = [file.readUInt32BE(at(one)), file.readUInt32BE(at(other))];
  file.writeUInt32BE(second, at(one));
  file.writeUInt32BE(first, at(other));
}

/** The same noise every time. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 12_345;
  for (let i = 0; i < length; i += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    bytes[i] = state >> 16;
  }
  return bytes;
}
