/** Unfinished files: `<final name>.<random>.part`, beside the place where they are meant to go. */
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent } from './disk-fault';

/**
 * Nobody writes at a part that has not changed for so long, in ms. Taking one from a writer that is alive after
 * all costs no more than that writer's attempt: it finds its part gone and never its work half done.
 */
const ABANDONED_AFTER_MS = 10 * 60_000;

export function partPathOf(path: string): string {
  return `${path}.${randomBytes(8).toString('hex')}.part`;
}

/** Removes what killed processes left in a folder: parts that are abandoned, and all parts of the file `finished`. */
export async function removeParts(folder: string, finished?: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.part')) continue;
    const path = join(folder, name);
    const useless = finished !== undefined && name.startsWith(`${finished}.`);
    if (useless || (await isAbandoned(path))) await rm(path, { force: true });
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const found = await ifPresent(stat(path));
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
}
