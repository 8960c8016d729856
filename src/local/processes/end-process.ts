import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from './process-identity';
import type { DataDirLock } from './data-dir-lock';

const POLL_EVERY_MS = 50;

/**
 * Ends a process: SIGTERM, and SIGKILL when it has not ended `graceMs` later. Resolves when it is gone. A PID
 * that meanwhile belongs to another process is left alone.
 */
export async function endProcess(target: ProcessIdentity, graceMs: number): Promise<void> {
  signal(target, 'SIGTERM');
  await endOverdue(target, graceMs);
}

/** Waits for a process that is about to end by itself; SIGKILL when it has not `graceMs` later. Resolves when it is gone. */
export async function endOverdue(target: ProcessIdentity, graceMs: number): Promise<void> {
  if (await isGone(target, graceMs)) return;
  signal(target, 'SIGKILL');
  await isGone(target, 5_000);
}

/** Time is counted in polls, not read from a clock: while a machine sleeps, no grace passes. */
async function isGone(target: ProcessIdentity, waitMs: number): Promise<boolean> {
  for (let waitedMs = 0; isRunning(target); waitedMs += POLL_EVERY_MS) {
    if (waitedMs >= waitMs) return false;
    await sleep(POLL_EVERY_MS);
  }
  return true;
}

function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, name);
  } catch {
    // It ended between the check and the signal.
  }
}

/**
 * Ends what a killed start left behind, in its order and with its graces: two servers on one database would
 * damage it, and a worker may be writing down the answer to a paid submit.
 */
export async function endLeftovers(lock: DataDirLock, say: (line: string) => void): Promise<void> {
  for (const leftover of lock.leftovers) {
    if (!isRunning(leftover)) continue;
    say(`Ending the ${leftover.name} that an earlier start left behind (process ${leftover.pid}) ...`);
    await endProcess(leftover, leftover.stopGraceMs);
  }
}
