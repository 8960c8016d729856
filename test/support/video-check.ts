/** Looks at videos as the worker does: in a process of its own, from the sources of this checkout. */
import type { VideoCheck } from '../../src/domain/video-check';
import { type Ffmpeg, findFfmpeg } from '../../src/media/ffmpeg';
import { createVideoCheck, type VideoCheckOptions } from '../../src/media/video-check';

const FROM_SOURCES = ['--require', require.resolve('../../tools/typescript.js')];

export function checkerThat(options: Omit<VideoCheckOptions, 'nodeArguments'>): VideoCheck {
  return createVideoCheck({ ...options, nodeArguments: FROM_SOURCES });
}

/** Without a decoder. */
export const checkStructure: VideoCheck = checkerThat({});

/** With the ffmpeg of this machine. */
export async function decodingCheck(): Promise<VideoCheck> {
  return checkerThat({ ffmpeg: await ffmpegHere() });
}

/** @throws when this machine has none. */
export async function ffmpegHere(): Promise<Ffmpeg> {
  const ffmpeg = await findFfmpeg(undefined, process.env['PATH'] ?? '');
  if (!ffmpeg) throw new Error('ffmpeg is missing: apt-get install ffmpeg (.ci/run does it)');
  return ffmpeg;
}
