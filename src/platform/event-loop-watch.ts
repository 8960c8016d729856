/**
 * Ends a process whose event loop stands still, and one that outlives its supervisor. Both are done from a thread of its
 * own (`event-loop-watch-thread.ts`), which runs whatever the event loop does.
 */
import { url as debuggerUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';

/** Default of STANDSTILL_LIMIT. */
export const STANDSTILL_LIMIT = '45s';

const BEAT_INTERVAL_MS = 1_000;
/** The thread does little: a leak in it must not take the memory of its process. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 };

/** What a supervisor adds to the environment of its children. */
export interface SupervisedEnv {
  /** Process ID of the supervisor. */
  readonly SUPERVISED_BY: string;
  /** How long a child may go on without its supervisor, in milliseconds. */
  readonly ORPHAN_GRACE_MS: string;
}

/** What a child sends its supervisor every second, while its event loop turns. */
export interface Beat {
  /** `debugged`: a debugger may halt it for as long as it likes. */
  readonly beat: 'running' | 'debugged';
}

export interface WatchOptions {
  /** What the process is, in its log: `worker`. */
  readonly name: string;
  /** A longer standstill ends the process. */
  readonly limitMs: number;
  /** The storage of the service, where others read of a standstill. Unset: it stands in the log alone. */
  readonly storageRoot?: string;
}

/** What the thread is given. */
export interface WatchData extends WatchOptions {
  /** Two numbers: the beats of the event loop so far, and 1 while a debugger is attached. */
  readonly loop: SharedArrayBuffer;
  /** Absent for a process that nobody supervises. */
  readonly supervisor?: { readonly pid: number; readonly graceMs: number };
}

/** Watches this process from now on. Keeps it alive no longer than it would be. */
export function watchEventLoop(options: WatchOptions, env: NodeJS.ProcessEnv): void {
  const loop = new SharedArrayBuffer(8);
  startThread({ ...options, loop, supervisor: supervisorOf(env) });
  const view = new Int32Array(loop);
  let sending = false;

  const beat = (): void => {
    const debugged = debuggerUrl() !== undefined;
    Atomics.store(view, 1, debugged ? 1 : 0);
    Atomics.add(view, 0, 1);
    // One at a time: beats must not pile up for a supervisor that is stopped.
    if (!process.connected || sending) return;
    sending = true;
    process.send?.({ beat: debugged ? 'debugged' : 'running' } satisfies Beat, () => (sending = false));
  };
  beat();
  setInterval(beat, BEAT_INTERVAL_MS).unref();
}

function startThread(workerData: WatchData): void {
  const file = require.resolve('./event-loop-watch-thread');
  new Worker(file, {
    workerData,
    resourceLimits: THREAD_LIMITS,
    // No NODE_OPTIONS: what they preload may be what makes the event loop stand still.
    env: {},
    // Tests run the sources through a preload.
    execArgv: file.endsWith('.ts') ? process.execArgv : [],
  }).unref();
}

function supervisorOf(env: NodeJS.ProcessEnv): WatchData['supervisor'] {
  const { SUPERVISED_BY, ORPHAN_GRACE_MS } = env as Partial<SupervisedEnv>;
  return SUPERVISED_BY ? { pid: Number(SUPERVISED_BY), graceMs: Number(ORPHAN_GRACE_MS) } : undefined;
}
