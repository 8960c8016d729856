/** How much a process holds: seen from outside in /proc, and told by itself where it was started with `tell-vitals.cjs`. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Child } from '../../stack/child';

export interface Vitals {
  readonly process: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Since its start. */
  readonly ageSeconds: number;
  /** Resident memory. */
  readonly megabytes: number;
  /** Open file descriptors. */
  readonly files: number;
  /** Only of a process that tells them. */
  readonly inside?: Inside;
}

/** Of the last five seconds. */
export interface Inside {
  /** How late the event loop was, at the 99th percentile and at most. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** Timers, sockets and the like that keep it alive. */
  readonly resources: number;
  readonly heapMegabytes: number;
}

/** @returns undefined of a process that does not run. */
export function vitalsOf(child: Child): Vitals | undefined {
  const { pid } = child;
  if (pid === undefined) return undefined;
  const file = child.env['VITALS_FILE'];
  const inside = file === undefined ? undefined : told(file);
  return read(child.name, pid, child.startedAt, inside);
}

export function vitalsOfHarness(): Vitals | undefined {
  return read('harness', process.pid, Date.now() - 1_000 * process.uptime(), undefined);
}

function read(name: string, pid: number, startedAt: number, inside: Inside | undefined): Vitals | undefined {
  try {
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return {
      process: name,
      at: Date.now(),
      ageSeconds: (Date.now() - startedAt) / 1_000,
      megabytes: Number(resident) / 1_024,
      files: readdirSync(`/proc/${pid}/fd`).length,
      ...(inside && { inside }),
    };
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}

function told(file: string): Inside | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Inside;
  } catch {
    // It has not told anything yet.
    return undefined;
  }
}
