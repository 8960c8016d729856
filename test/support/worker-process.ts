/** The worker, or the API, as a process of its own, so that it can be killed, stopped and started with other settings. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** What its log says then. */
const UP = { worker: /worker is up.*\n/, api: /listening on .*\n/ };
const ROOT = path.resolve(__dirname, '../..');

export class WorkerProcess {
  private log = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data) => (this.log += String(data)));
  }

  /** Starts one and waits until it is up. */
  static async start(
    settings: Readonly<Record<string, string>>,
    folder: 'worker' | 'api' = 'worker',
  ): Promise<WorkerProcess> {
    const child = spawn(
      process.execPath,
      ['--require', path.join(ROOT, 'tools/typescript.js'), path.join(ROOT, `src/${folder}/main.ts`)],
      // Only what is named: no setting, and no key, of this machine.
      { env: { PATH: process.env['PATH'], ...settings }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const worker = new WorkerProcess(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', () => UP[folder].test(worker.log) && resolve());
      child.once('exit', () => reject(new Error(`the ${folder} ended: ${worker.log}`)));
    });
    return worker;
  }

  get output(): string {
    return this.log;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Waits for its end. @returns what killed it; null where it ended by itself. */
  async killedBy(): Promise<NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.signalCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it and waits for its end. @returns the exit code. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill(signal);
      if (signal === 'SIGKILL') this.child.kill('SIGCONT');
      await ended;
    }
    return this.child.exitCode;
  }
}
