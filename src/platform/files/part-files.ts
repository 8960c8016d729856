/** Unfinished files: `<final name>.<writer>.part`, beside the place where they are meant to go. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { hasCode, ifPresent } from './disk-fault';

/**
 * Nobody on another machine writes at a part that has not changed for so long, in ms. Taking one from a writer that
 * is alive after all costs no more than that writer's attempt: it finds its part gone, and never a wrong file.
 */
const ABANDONED_AFTER_MS = 10 * 60_000;

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
/** Process IDs come again, above all in containers, where each start has the same. */
const START = randomBytes(4).toString('hex');
const PART = /\.([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.part$/;

export function partPathOf(path: string): string {
  return `${path}.${HOST}-${process.pid}-${START}-${randomBytes(4).toString('hex')}.part`;
}

/** Removes what killed processes left in a folder: parts without a writer, and all parts of the file `finished`. */
export async function removeParts(folder: string, finished?: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.part')) continue;
    const useless = finished !== undefined && name.startsWith(`${finished}.`);
    if (useless || (await isAbandoned(folder, name))) await rm(join(folder, name), { force: true });
  }
}

async function isAbandoned(folder: string, name: string): Promise<boolean> {
  const [, host, pid, start] = PART.exec(name) ?? [];
  if (host === HOST) return start !== START && (Number(pid) === process.pid || !isAlive(Number(pid)));
  const found = await ifPresent(stat(join(folder, name)));
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
}

/** Whether there is a process of this number, also one that belongs to somebody else. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}
