import { parse } from 'content-disposition';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../../contract/text';
import type { Reel } from '../../contract/schemas/reel';
import { CliError } from '../cli-error';
import { EXIT } from '../exit-code';
import { type FileTarget, partPath, placeFile } from './file-target';
import { reelPath } from '../service/reel-path';
import type { Service } from '../service/service';
import { ServiceError } from '../service/service-error';

const IDLE_MS = 30_000;
const TRIES = 3;
const PAUSE_MS = 1_000;
/** In bytes. File systems take 255, and a number or the name of the unfinished part may come to it. */
const LONGEST_NAME = 200;

/**
 * Saves the video of a reel, checked against the SHA-256 that the service noted.
 *
 * @returns where it is.
 * @throws CliError when it cannot be had or written
 */
export async function saveVideo(
  service: Service,
  reel: Pick<Reel, 'id' | 'video'>,
  target: FileTarget,
  signal: AbortSignal,
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryOnce(service, reel, target, signal);
    } catch (error) {
      signal.throwIfAborted();
      const again = error instanceof DamagedDownload || (error instanceof ServiceError && error.mayPass);
      if (!again || attempt === TRIES) throw asCliError(error);
      await sleep(PAUSE_MS * attempt, undefined, { signal });
    }
  }
}

async function tryOnce(
  service: Service,
  { id, video }: Pick<Reel, 'id' | 'video'>,
  target: FileTarget,
  signal: AbortSignal,
): Promise<string> {
  const { headers, chunks } = await service.stream(reelPath(id, 'video'), {
    headers: { accept: 'video/mp4' },
    idleMs: IDLE_MS,
    signal,
  });
  const name = target.name ?? offeredName(headers.get('content-disposition')) ?? `${id}.mp4`;
  const part = partPath(target, name);
  const hash = createHash('sha256');
  try {
    await pipeline(
      chunks,
      async function* (source) {
        for await (const chunk of source) {
          hash.update(chunk as Uint8Array);
          yield chunk as Uint8Array;
        }
      },
      createWriteStream(part),
    );
    if (video && hash.digest('hex') !== video.sha256) throw new DamagedDownload();
    return await placeFile(part, target, name);
  } finally {
    await rm(part, { force: true });
  }
}

/** The name that the service gives the file, without a way out of the folder; undefined for none that can be used. */
function offeredName(disposition: string | null): string | undefined {
  const offered = printable(parse(disposition ?? '').parameters['filename'] ?? '');
  const name = path.win32.basename(offered).replace(/[\n\t<>:"|?*]|^\.+/g, '');
  return name === '' || Buffer.byteLength(name) > LONGEST_NAME ? undefined : name;
}

class DamagedDownload extends Error {}

function asCliError(error: unknown): unknown {
  if (error instanceof DamagedDownload) {
    return new CliError('The video arrives damaged: its SHA-256 is not the one of the reel.', EXIT.failed, {
      cure: 'Something between here and the service changes it. The file was not kept.',
    });
  }
  const { code, syscall, path: where } = error as NodeJS.ErrnoException;
  if (syscall === undefined || error instanceof CliError) return error;
  return new CliError(`The video cannot be written to ${where ?? 'this folder'} (${code}).`, EXIT.failed, {
    cure: 'Choose another place with --output.',
  });
}
