import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ReelRecord } from '../../domain/reel';
import { ifPresent } from '../../platform/files/disk-fault';
import { syncFolder } from '../../platform/files/folders';
import { removeParts } from '../../platform/files/part-files';
import type { Paths } from '../paths';

/**
 * Removes what is kept of a reel, but for its claims (the fence around paid requests) and its tombstone. The record goes
 * last: while it exists, a redo finds what it refers to.
 *
 * @param record undefined when there is none, or none that can be read.
 */
export async function eraseReel(
  paths: Paths,
  reelId: string,
  record: ReelRecord | undefined,
  releaseImage: (reference: string, reelId: string) => Promise<void>,
): Promise<void> {
  const { promptImage } = record?.head.request ?? {};
  if (promptImage?.startsWith('stored:')) await releaseImage(promptImage, reelId);
  const remakeOf = record?.head.remakeOf;
  if (remakeOf !== undefined) await removeEntry(paths.remake(remakeOf, reelId));

  const recordPath = paths.record(reelId);
  const folder = dirname(recordPath);
  const tombstone = basename(paths.tombstone(reelId));
  const stays = [basename(paths.claims(reelId)), tombstone, basename(recordPath)];
  for (const name of (await ifPresent(readdir(folder))) ?? []) {
    // HTTP writes the tombstone as well, at the same time: taken from it, the deletion would be answered with a 500.
    if (stays.includes(name) || name.startsWith(`${tombstone}.`)) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
  await ifPresent(removeParts(folder));
  await ifPresent(syncFolder(folder));
  await removeEntry(recordPath);
}

async function removeEntry(path: string): Promise<void> {
  await rm(path, { force: true });
  await ifPresent(syncFolder(dirname(path)));
}
