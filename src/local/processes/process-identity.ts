import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, distinguished from a later one with the same PID by its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; compared only. */
  readonly startedAt: string;
}

/** The identity of a running process; undefined when there is none with this PID. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/** Whether it was stopped: by SIGSTOP, from a terminal, or by a debugger. */
export function isStopped({ pid }: ProcessIdentity): boolean {
  const state = process.platform === 'linux' ? statOnLinux(pid)?.[0] : byPs('stat=', pid);
  return /^[Tt]/.test(state ?? '');
}

/** Ticks since boot, and which boot. A zombie is no running process: it holds nothing any more. */
function startOnLinux(pid: number): string | undefined {
  const fields = statOnLinux(pid);
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The fields of `/proc/<pid>/stat` behind the name, from the state on. */
function statOnLinux(pid: number): string[] | undefined {
  try {
    // The name of the process is in parentheses and may itself hold spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  const [state = 'Z', ...start] = byPs('stat=,lstart=', pid)?.split(/\s+/) ?? [];
  return state.startsWith('Z') ? undefined : start.join(' ');
}

function byPs(columns: string, pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', columns, '-p', String(pid)], {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
  } catch {
    return undefined;
  }
}
