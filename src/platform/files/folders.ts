import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeParts } from './part-files';

/**
 * Makes a folder (`root`, or one inside it) ready for a durable write: syncs the folders above it, also when it was
 * there (whoever made it may not have come to that yet, and after a power cut a file is as lost as the entries that
 * led to it), and removes what killed processes left in it.
 */
export async function prepareFolder(folder: string, root: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  const top = made !== undefined && root.startsWith(made) ? dirname(made) : root;
  for (let at = folder; at !== top;) {
    at = dirname(at);
    await syncFolder(at);
  }
  await removeParts(folder);
}

/**
 * Makes a folder and those above it. Node's own way tries for ever where a file system has a folder, lets nothing be made in
 * it, and says that it is not there, as `/proc` and automounts do.
 */
export function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have been faster.
    if (!existsSync(folder)) throw error;
  }
}

/** Makes the entries of a folder (new, renamed, removed files) survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; NTFS keeps entries in a journal of its own.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
