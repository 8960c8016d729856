import { homedir } from 'node:os';
import path from 'node:path';
import { type NamedProcess, readLock } from '../../src/local/processes/data-dir-lock';
import { isRunning } from '../../src/local/processes/process-identity';
import { ApiClient } from './api-client';
import { sourceOf } from './build';
import { Child } from './child';
import { eventually } from './eventually';

export interface StartOptions {
  /** A checkout, or any folder for `command`. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the service's own, which is `data` in that folder. */
  readonly dataDir?: string;
  /** Default: `npm start`. */
  readonly command?: readonly [program: string, ...args: string[]];
  readonly uid?: number;
}

/** One start of the service as a person meets it. Its processes are known by the lock of its data folder. */
export class NpmStart {
  private processes: NamedProcess[] = [];

  private constructor(
    private readonly child: Child,
    private readonly lockFile: string,
  ) {}

  /** Without any setting of this machine, and on ports that are free. */
  static begin({ cwd, env, dataDir, command = ['npm', 'start'], uid }: StartOptions): NpmStart {
    const { PATH, XDG_CACHE_HOME } = process.env;
    const own = {
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${PATH}`,
      HOME: homedir(),
      XDG_CACHE_HOME,
      PORT: '0',
      TEMPORAL_PORT: '0',
      TEMPORAL_UI_PORT: '0',
      ...(dataDir !== undefined && { DATA_DIR: dataDir }),
      NPM_CONFIG_UPDATE_NOTIFIER: 'false',
      ...env,
    };
    const user = uid === undefined ? {} : { uid, gid: uid };
    const start = new NpmStart(
      new Child('npm start', command, own, { cwd, ...user }),
      path.join(dataDir ?? path.join(cwd, 'data'), 'lock'),
    );
    start.child.start();
    return start;
  }

  /** The same from the sources as they stand here, in a folder without a `.env`. */
  static ofSources(cwd: string, env: NodeJS.ProcessEnv = {}): NpmStart {
    return NpmStart.begin({ cwd, env, command: sourceOf('local') });
  }

  get output(): string {
    return this.child.output;
  }

  get hasEnded(): boolean {
    return !this.child.isRunning;
  }

  /** Of what was started: the supervisor itself, where it runs from the sources. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Of the supervisor and all that it started, what runs. */
  get running(): NamedProcess[] {
    this.notice();
    return this.processes.filter(isRunning);
  }

  /** @returns its exit code, or the signal that killed it. */
  ended(): Promise<number | NodeJS.Signals | null> {
    return this.child.ended();
  }

  /** Waits until the banner is there. @throws when it ends instead, with what it said. */
  async ready(): Promise<ApiClient> {
    await this.child.says(/Ctrl-C stops everything/);
    this.notice();
    return new ApiClient(this.place('Page and API'));
  }

  /** An address of the banner. */
  place(name: 'Page and API' | 'Temporal UI' | 'Simulator'): string {
    return new RegExp(`${name} +(http://\\S+)`).exec(this.output)?.[1] ?? '';
  }

  signal(signal: NodeJS.Signals): void {
    this.child.signal(signal);
  }

  /** Kills everything at once, as a power cut would. */
  async kill(): Promise<void> {
    for (const { pid } of this.running) process.kill(pid, 'SIGKILL');
    await this.child.end();
    await this.ended();
  }

  /** As Ctrl-C does it. Fails when a process is left, and ends it. */
  async stop(): Promise<void> {
    this.notice();
    const supervisor = readLock(this.lockFile)?.supervisor;
    if (supervisor) process.kill(supervisor.pid, 'SIGINT');
    try {
      await eventually('its end', () => this.hasEnded);
      const left = this.running;
      if (left.length > 0) throw new Error(`left behind: ${left.map(({ name }) => name).join(', ')}`);
    } finally {
      await this.kill();
    }
  }

  private notice(): void {
    const lock = readLock(this.lockFile);
    if (!lock) return;
    const told = [{ name: 'supervisor', stopGraceMs: 0, ...lock.supervisor }, ...lock.children];
    const isNew = ({ pid }: NamedProcess) => !this.processes.some((known) => known.pid === pid);
    this.processes.push(...told.filter(isNew));
  }
}
