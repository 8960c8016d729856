/** `npm start` as a person meets it, in a folder of its own: no `.env` is read, and no setting of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { readLock } from '../../src/local/processes/data-dir-lock';
import { isRunning } from '../../src/local/processes/process-identity';
import { eventually } from '../../tools/stack/eventually';

const ROOT = resolve(__dirname, '../..');

export interface NpmStart {
  readonly supervisor: ChildProcess;
  readonly api: string;
  readonly temporalUi: string;
  readonly simulator: string;
  /** Everything it has said. */
  output(): string;
  /** PIDs of the supervisor and of all that it started. */
  pids(): number[];
  /** As Ctrl-C does; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/** Resolves when the banner is there. The caller stops it, whatever happens. */
export async function npmStart(folder: string, settings: NodeJS.ProcessEnv = {}): Promise<NpmStart> {
  const supervisor = spawn(
    process.execPath,
    ['--require', join(ROOT, 'tools/typescript.js'), join(ROOT, 'src/local/main.ts')],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: homedir(),
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        PORT: '0',
        TEMPORAL_PORT: '0',
        TEMPORAL_UI_PORT: '0',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [supervisor.stdout, supervisor.stderr])
    stream.on('data', (data) => (output += String(data)));
  const ended = (): boolean => supervisor.exitCode !== null || supervisor.signalCode !== null;
  const children = () => readLock(join(folder, 'data/lock'))?.children ?? [];

  const stop = async (): Promise<void> => {
    const left = children();
    supervisor.kill('SIGINT');
    await eventually('all have ended', () => ended() && !left.some(isRunning)).catch((error: Error) => {
      for (const { pid } of left.filter(isRunning)) process.kill(pid, 'SIGKILL');
      supervisor.kill('SIGKILL');
      throw error;
    });
  };
  await eventually('the banner, or the end', () => /Ctrl-C stops/.test(output) || ended()).catch(stop);
  if (ended()) throw new Error(output);

  const place = (name: string): string => new RegExp(`${name} +(http://\\S+)`).exec(output)?.[1] ?? '';
  return {
    supervisor,
    api: place('Page and API'),
    temporalUi: place('Temporal UI'),
    simulator: place('Simulator'),
    output: () => output,
    pids: () => [supervisor.pid ?? 0, ...children().map(({ pid }) => pid)],
    stop,
  };
}
