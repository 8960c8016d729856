import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type BinaryPin, buildFor } from './binary-pins';

const DOWNLOAD_PREFIX = '.download-';
const ABANDONED_AFTER_MS = 24 * 3_600_000;
const GROUP_OR_OTHERS_WRITE = 0o022;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** Somebody else could put a program of theirs into the cache. The message says where, and what to do. */
export class ForeignCacheError extends Error {
  override readonly name = 'ForeignCacheError';
}

/**
 * Downloaded binaries, one folder for each version and platform, shared by every checkout and test run of this user. Each
 * one is compared with its pinned hash whenever it is used: a partial or changed file is never run. A folder
 * appears whole, by a rename, so processes that download at the same time end up with one of the results.
 */
export class BinaryCache {
  constructor(private readonly root: string) {}

  /**
   * Path of the cached binary; undefined when it is not there or not the pinned one.
   *
   * @throws ForeignCacheError
   */
  async find(pin: BinaryPin): Promise<string | undefined> {
    await assertOurs(this.root);
    const file = join(this.folderOf(pin), pin.name);
    return (await isOurs(file)) && (await isPinned(file, pin)) ? file : undefined;
  }

  /**
   * Lets `download` put the binary into a folder of its own, then moves it to its place.
   *
   * @param download is given an empty folder, returns the path of the binary in it, and rejects on failure.
   * @param accept is given the file once it is known to be the pinned one, and rejects if it is not to be kept.
   * @returns the path of the cached binary.
   * @throws Error when it is not the pinned one.
   */
  async fill(
    pin: BinaryPin,
    download: (folder: string) => Promise<string>,
    accept: (file: string) => Promise<void>,
  ): Promise<string> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await assertOurs(this.root);
    await this.removeAbandoned();
    const folder = await mkdtemp(join(this.root, DOWNLOAD_PREFIX));
    try {
      const downloaded = await download(await mkdtemp(join(folder, 'work-')));
      if (!(await isPinned(downloaded, pin))) throw new Error('it is not the pinned binary (SHA-256)');
      await accept(downloaded);
      const ready = join(folder, 'ready');
      await mkdir(ready, { mode: 0o700 });
      await rename(downloaded, join(ready, pin.name));
      await seal(join(ready, pin.name));
      return await this.moveIn(pin, ready);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async moveIn(pin: BinaryPin, ready: string): Promise<string> {
    const target = this.folderOf(pin);
    try {
      await rename(ready, target);
    } catch {
      // A folder is there: another process was faster, or what it holds is broken.
      const existing = await this.find(pin);
      if (existing) return existing;
      await rm(target, { recursive: true, force: true });
      await rename(ready, target);
    }
    return join(target, pin.name);
  }

  /** Removes what killed downloads left behind: 200 MB each. */
  private async removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.root)) {
      if (!name.startsWith(DOWNLOAD_PREFIX)) continue;
      const folder = join(this.root, name);
      const age = Date.now() - (await stat(folder).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
      if (age > ABANDONED_AFTER_MS) await rm(folder, { recursive: true, force: true });
    }
  }

  private folderOf(pin: BinaryPin): string {
    return join(this.root, `${pin.name}-${pin.version}-${process.platform}-${process.arch}`);
  }
}

/** The cache of this user: `$XDG_CACHE_HOME/durable-reels`, or `~/.cache/durable-reels`. */
export function userCache(env: NodeJS.ProcessEnv): BinaryCache {
  return new BinaryCache(join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'durable-reels'));
}

/** Whether a file is, byte for byte, the pinned binary for this machine. */
export async function isPinned(file: string, pin: BinaryPin): Promise<boolean> {
  const expected = buildFor(pin)?.sha256;
  if (expected === undefined) return false;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex') === expected;
}

/**
 * A file that only its owner, this user, can change, in a folder of which the same is true. Neither is a link: whoever could lay one here
 * once may lead it elsewhere between the check and the start.
 */
async function isOurs(file: string): Promise<boolean> {
  for (const path of [dirname(file), file]) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink()) return false;
    if (found === undefined || found.uid !== process.getuid?.() || found.mode & GROUP_OR_OTHERS_WRITE)
      return false;
  }
  return true;
}

/**
 * A folder that is not there yet is nobody's. One of ours that others may write into is closed to them: what they may have put there
 * is held to its hash. The folders above must be such that nobody else can put another in its place.
 */
async function assertOurs(root: string): Promise<void> {
  const uid = process.getuid?.();
  const found = await stat(root).catch(() => undefined);
  if (uid === undefined || found === undefined) return;
  if (found.uid !== uid) throw foreign(root, `it belongs to another user (${found.uid})`);
  if (found.mode & GROUP_OR_OTHERS_WRITE) await chmod(root, found.mode & 0o755);

  for (let folder = dirname(await realpath(root)); ; folder = dirname(folder)) {
    const { mode, uid: owner } = await stat(folder);
    if (owner !== uid && owner !== 0) throw foreign(root, `${folder} belongs to another user (${owner})`);
    if (mode & OTHERS_WRITE && !(mode & STICKY)) throw foreign(root, `everybody may write into ${folder}`);
    if (folder === dirname(folder)) return;
  }
}

function foreign(root: string, why: string): ForeignCacheError {
  return new ForeignCacheError(
    `The cache folder ${root} cannot be trusted with a program: ${why}. Correct that, or set XDG_CACHE_HOME to a folder of your own.`,
  );
}

async function seal(file: string): Promise<void> {
  await chmod(file, 0o755);
  const handle = await open(file);
  await handle.sync();
  await handle.close();
}
