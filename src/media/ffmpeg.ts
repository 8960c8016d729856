import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cutText } from '../contract/text';

/** The programs that decode a video, and read what it holds. */
export interface Ffmpeg {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** `5.1.9-0+deb12u1` */
  readonly version: string;
  /** Takes `-fps_mode` (5.1 and newer), not `-vsync`. */
  readonly fpsMode: boolean;
  /** Those of its decoders that are told from its own ones. */
  readonly decoders: readonly string[];
}

/** `FFMPEG_PATH` names a program that does not run. Its message is one line. */
export class FfmpegError extends Error {
  override readonly name = 'FfmpegError';
}

const MAY_TAKE_MS = 20_000;

/**
 * Finds ffmpeg with the ffprobe beside it.
 *
 * @param setting `FFMPEG_PATH`: the program, or the folder that holds both. Unset: they are searched in `searchPath`.
 * @param searchPath `PATH`
 * @returns undefined when nothing was set and nothing is found.
 * @throws FfmpegError when what was set does not work
 */
export async function findFfmpeg(
  setting: string | undefined,
  searchPath: string,
): Promise<Ffmpeg | undefined> {
  if (setting !== undefined) {
    const program = (await isFolder(setting)) ? path.join(setting, 'ffmpeg') : setting;
    return tryOut(path.resolve(program)).catch((error: unknown) => {
      throw new FfmpegError(`FFMPEG_PATH ${setting} does not work: ${wordsOf(error)}`);
    });
  }
  for (const folder of searchPath.split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    const program = path.join(folder, 'ffmpeg');
    // A broken one on PATH counts as missing: no setting asked for it.
    if (await isProgram(program)) return tryOut(program).catch(() => undefined);
  }
  return undefined;
}

async function tryOut(ffmpeg: string): Promise<Ffmpeg> {
  const ffprobe = path.join(path.dirname(ffmpeg), path.basename(ffmpeg).replace('ffmpeg', 'ffprobe'));
  const version = await versionOf(ffmpeg, 'ffmpeg');
  await versionOf(ffprobe, 'ffprobe');
  const [major = 0, minor = 0] = version
    .replace(/^n/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  // Builds of the day (`N-112233-g…`) are newer than any number.
  const fpsMode = Number.isNaN(major) || major > 5 || (major === 5 && minor >= 1);
  return { ffmpeg, ffprobe, version, fpsMode, decoders: await decodersOf(ffmpeg) };
}

async function versionOf(program: string, name: string): Promise<string> {
  if (!(await isProgram(program))) throw new Error(`there is no program ${program}`);
  const { stdout } = await promisify(execFile)(program, ['-hide_banner', '-version'], {
    env: {},
    timeout: MAY_TAKE_MS,
  });
  const [, version] = new RegExp(`^${name} version (\\S+)`).exec(stdout) ?? [];
  if (version === undefined) throw new Error(`${program} is no ${name}`);
  return version;
}

async function decodersOf(program: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(program, ['-hide_banner', '-decoders'], {
    env: {},
    timeout: MAY_TAKE_MS,
  });
  return ['libvpx', 'libvpx-vp9', 'libdav1d'].filter((name) =>
    new RegExp(`^ \\S+ ${name} `, 'm').test(stdout),
  );
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function wordsOf(error: unknown): string {
  const { message, stderr } = error as { message?: string; stderr?: string };
  return cutText(stderr?.trim().split('\n')[0] || message?.split('\n')[0] || 'it does not run', 300);
}
