/** Looks at videos as the worker does: in a process of its own, from the sources of this checkout. */
import type { VideoCheck } from '../../src/domain/video-check';
import { findFfmpeg } from '../../src/media/ffmpeg';
import { createVideoCheck } from '../../src/media/video-check';

const FROM_SOURCES = ['--require', require.resolve('./typescript.js')];

/** Without a decoder. */
export const checkStructure: VideoCheck = createVideoCheck({ nodeArguments: FROM_SOURCES });

/** With the ffmpeg of this machine. */
export async function decodingCheck(): Promise<VideoCheck> {
  const ffmpeg = await findFfmpeg(undefined, process.env['PATH'] ?? '');
  if (!ffmpeg) throw new Error('ffmpeg is missing: apt-get install ffmpeg (.ci/run does it)');
  return createVideoCheck({ ffmpeg, nodeArguments: FROM_SOURCES });
}
