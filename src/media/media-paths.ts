import { join, resolve } from 'node:path';
import { REEL_ID_PATTERN } from '../contract/reel';
import { cutText } from '../contract/text';
import { StorageError } from '../platform/files/disk-fault';

/**
 * Where videos and images are. The only place where IDs become paths: each is checked against its pattern first, so that
 * none can point outside of the root.
 *
 * ```
 * <root>/reels/<id>/generation-<n>.mp4
 *        inputs/<sha256>.<png|jpg|webp>
 * ```
 */
export type MediaPaths = ReturnType<typeof mediaPaths>;

export function mediaPaths(rootFolder: string) {
  const root = resolve(rootFolder);
  const reel = (id: string) => join(root, 'reels', checked(id, REEL_ID_PATTERN, 'reel ID'));
  return {
    root,
    reel,
    video: (reelId: string, generation: number) =>
      join(reel(reelId), `generation-${count(generation, 'generation')}.mp4`),
    /** @param name the part of a reference after `stored:`. */
    image: (name: string) => join(root, 'inputs', checked(name, IMAGE_NAME, 'stored image')),
  };
}

const IMAGE_NAME = /^[0-9a-f]{64}\.(?:png|jpg|webp)$/;

function checked(text: string, pattern: RegExp, what: string): string {
  if (pattern.test(text)) return text;
  throw new StorageError('not_found', `${JSON.stringify(cutText(text, 100))} names no ${what}.`);
}

function count(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new StorageError('not_found', `${value} is no number of a ${what}: they count from 1.`);
}
