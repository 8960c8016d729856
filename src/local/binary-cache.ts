import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BinaryPin } from './binary-pins';

const MANIFEST = 'manifest.json';
const DOWNLOAD_PREFIX = '.download-';
const ABANDONED_AFTER_MS = 24 * 3_600_000;

interface Manifest {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Downloaded binaries, one folder for each version and platform, shared by every checkout and test run of this
 * user. A folder appears whole, by a rename, with the size and hash of its binary: a file that is half written
 * or was changed is never used, and processes that download at the same time end up with one of the results.
 */
export class BinaryCache {
  constructor(private readonly root: string) {}

  /** Path of the cached binary; undefined when it is not there or not what was stored. */
  async find(pin: BinaryPin): Promise<string | undefined> {
    const folder = this.folderOf(pin);
    const file = join(folder, pin.name);
    try {
      const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
      if ((await stat(file)).size !== manifest.bytes) return undefined;
      return (await sha256Of(file)) === manifest.sha256 ? file : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Lets `download` put the binary into a folder of its own, then moves it to its place.
   *
   * @param download is given an empty folder, returns the path of the binary in it, and rejects on failure.
   * @returns the path of the cached binary.
   */
  async fill(pin: BinaryPin, download: (folder: string) => Promise<string>): Promise<string> {
    await mkdir(this.root, { recursive: true });
    await this.removeAbandoned();
    const folder = await mkdtemp(join(this.root, DOWNLOAD_PREFIX));
    try {
      const downloaded = await download(await mkdtemp(join(folder, 'work-')));
      const ready = join(folder, 'ready');
      await mkdir(ready);
      await rename(downloaded, join(ready, pin.name));
      await seal(join(ready, pin.name), join(ready, MANIFEST));
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

  /** What a killed download left behind is 200 MB. */
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

async function seal(file: string, manifestFile: string): Promise<void> {
  await chmod(file, 0o755);
  const handle = await open(file);
  await handle.sync();
  await handle.close();
  const manifest: Manifest = { bytes: (await stat(file)).size, sha256: await sha256Of(file) };
  await writeFile(manifestFile, JSON.stringify(manifest), { flush: true });
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
