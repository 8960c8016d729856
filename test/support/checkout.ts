/** The service as somebody runs it who has cloned it into a folder: its sources, its packages, `npm start`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type NamedProcess, readLock } from '../../src/local/processes/data-dir-lock';
import { isRunning } from '../../src/local/processes/process-identity';
import type { Reel } from '../../src/contract/schemas/reel';
import { eventually } from '../../tools/stack/eventually';

export const ROOT = path.resolve(__dirname, '../..');

/** What a clone holds, as far as a start needs it. */
const SOURCES = ['src', 'scripts', 'package.json', 'package-lock.json', '.npmrc', 'tsconfig.json'];

/**
 * @param parts more than the sources: `node_modules` as hard links to what `NODE_ENV=production npm ci` installs, `dist`
 *   as a copy of what is built here, with the times of the copying.
 */
export function copyCheckout(into: string, ...parts: readonly ('node_modules' | 'dist')[]): void {
  mkdirSync(into, { recursive: true });
  for (const name of SOURCES) cpSync(path.join(ROOT, name), path.join(into, name), { recursive: true });
  if (parts.includes('dist')) cpSync(path.join(ROOT, 'dist'), path.join(into, 'dist'), { recursive: true });
  if (parts.includes('node_modules')) {
    const development = developmentPackages();
    const wanted = (file: string) => path.basename(file) !== '.cache' && !development.has(file);
    linkTree(realpathSync(path.join(ROOT, 'node_modules')), path.join(into, 'node_modules'), wanted);
  }
}

/** Their folders. */
function developmentPackages(): ReadonlySet<string> {
  const lock = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: Record<string, { dev?: boolean }> };
  const names = Object.keys(packages).filter((name) => packages[name]?.dev);
  return new Set(names.map((name) => path.join(realpathSync(ROOT), name)));
}

/** The same files under other names: hundreds of megabytes need not be copied. Both on one file system. */
export function linkTree(from: string, to: string, wanted: (file: string) => boolean = () => true): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (!wanted(source)) continue;
    if (entry.isDirectory()) linkTree(source, target, wanted);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkSync(source, target);
  }
}

export interface StartOptions {
  /** The checkout, or any folder for `command`. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  /** Default: `npm start`. */
  readonly command?: readonly [program: string, ...args: string[]];
  readonly uid?: number;
}

/** One start of the service. Its processes are known by the lock of its data folder. */
export class Start {
  private text = '';
  private processes: NamedProcess[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly lockFile: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data) => (this.text += String(data)));
    }
  }

  /** Without any setting of this machine, and on ports that are free. */
  static begin({ cwd, env, dataDir, command = ['npm', 'start'], uid }: StartOptions): Start {
    const [program, ...args] = command;
    const child = spawn(program, args, {
      cwd,
      env: {
        PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH']}`,
        HOME: homedir(),
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        PORT: '0',
        TEMPORAL_PORT: '0',
        TEMPORAL_UI_PORT: '0',
        DATA_DIR: dataDir,
        NPM_CONFIG_UPDATE_NOTIFIER: 'false',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    return new Start(child, path.join(dataDir, 'lock'));
  }

  get output(): string {
    return this.text;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** @returns the exit code. */
  async ended(): Promise<number | null> {
    if (!this.hasEnded) await once(this.child, 'close');
    return this.child.exitCode;
  }

  /** Waits for the banner. @returns the address of the API. @throws when it ends instead, with what it said. */
  async ready(): Promise<string> {
    const told = () => /Page and API +(http:\/\/\S+)/.exec(this.text)?.[1];
    await eventually('the banner, or the end', () => told() !== undefined || this.hasEnded).catch(
      (error: Error) => {
        throw new Error(`${error.message}; it said: ${this.text}`);
      },
    );
    this.notice();
    const url = told();
    if (url === undefined) throw new Error(`it did not start: ${this.text}`);
    return url;
  }

  /** Kills everything at once, as a power cut would. */
  async kill(): Promise<void> {
    this.notice();
    for (const one of this.processes.filter(isRunning)) process.kill(one.pid, 'SIGKILL');
    this.child.kill('SIGKILL');
    await this.ended();
  }

  /** As Ctrl-C does it. Fails when a process is left. */
  async stop(): Promise<void> {
    this.notice();
    const supervisor = readLock(this.lockFile)?.supervisor;
    if (supervisor) process.kill(supervisor.pid, 'SIGINT');
    await this.ended();
    const left = this.processes.filter(isRunning);
    if (left.length > 0) throw new Error(`left behind: ${left.map(({ name }) => name).join(', ')}`);
  }

  private notice(): void {
    const lock = readLock(this.lockFile);
    if (!lock) return;
    const supervisor = { name: 'supervisor', stopGraceMs: 0, ...lock.supervisor };
    this.processes = [supervisor, ...lock.children];
  }
}

/** Orders a reel of the API at this address. */
export async function orderReel(api: string, promptText: string): Promise<Reel> {
  const answer = await fetch(`${api}/v1/reels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ promptText }),
  });
  if (answer.status !== 202) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Reel;
}

/** Waits until a reel is as wanted. */
export async function reelThat(
  api: string,
  id: string,
  what: string,
  condition: (reel: Reel) => boolean,
): Promise<Reel> {
  let last: Reel | undefined;
  return eventually(what, async () => {
    last = (await (await fetch(`${api}/v1/reels/${id}`)).json()) as Reel;
    return condition(last) && last;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it stands at ${JSON.stringify(last)}`);
  });
}
