import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from './vendor/task';

// `tsc` copies no MP4 files: compiled code (dist/simulator) finds them in the sources.
const FOLDER = [join(__dirname, 'outputs'), join(__dirname, '../../src/simulator/outputs')].find(existsSync);

// No secret: it has to be the same after a restart, and what it guards are practice clips.
const SIGNING_KEY = 'durable-reels simulator';

/** Signed path and query of an output, valid until `expires` (milliseconds since 1970). */
export function outputPath(name: string, expires: number): string {
  return `/outputs/${name}.mp4?expires=${expires}&signature=${signature(name, String(expires))}`;
}

/** The name of the output that a URL path stands for: a task ID, with `_1` for its second output. */
export function outputName(pathname: string): string | undefined {
  return /^\/outputs\/([0-9a-f-]{36}(?:_1)?)\.mp4$/.exec(pathname)?.[1];
}

export function isSigned(name: string, query: URLSearchParams, now: number): boolean {
  const expires = query.get('expires') ?? '';
  const given = Buffer.from(query.get('signature') ?? '');
  const right = Buffer.from(signature(name, expires));
  return given.length === right.length && timingSafeEqual(given, right) && Number(expires) > now;
}

function signature(name: string, expires: string): string {
  return createHmac('sha256', SIGNING_KEY).update(`${name}\n${expires}`).digest('base64url');
}

const clips = new Map<string, Buffer>();

/** The clip that a task made: the asked size where there is a file of it, else the asked orientation. */
export function clipOf({ width, height, hasAudio, life }: Task): Buffer {
  const vertical = height > width !== (life.landscape ?? false);
  const short = Math.min(width, height) >= 1080 ? 1080 : 720;
  const long = (short * 16) / 9;
  const sound = hasAudio || life.sound ? 'sound' : 'silent';
  const name = life.prores
    ? 'prores.mov'
    : `${vertical ? `${short}x${long}` : `${long}x${short}`}-${sound}.mp4`;
  const known = clips.get(name);
  if (known) return known;
  if (FOLDER === undefined)
    throw new Error('the sample clips are missing: tools/make-sample-videos.sh makes them');
  const clip = readFileSync(join(FOLDER, name));
  clips.set(name, clip);
  return clip;
}
