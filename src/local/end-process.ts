import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from './process-identity';

const LOOK_EVERY_MS = 50;

/**
 * Ends a process: SIGTERM, and SIGKILL when it has not ended `graceMs` later. Resolves when it is gone. A PID
 * that meanwhile belongs to another process is left alone.
 */
export async function endProcess(target: ProcessIdentity, graceMs: number): Promise<void> {
  signal(target, 'SIGTERM');
  if (await isGone(target, graceMs)) return;
  signal(target, 'SIGKILL');
  await isGone(target, 5_000);
}

/** Waits until the process has ended; false when it has not within `waitMs`. */
export async function isGone(target: ProcessIdentity, waitMs: number): Promise<boolean> {
  const until = Date.now() + waitMs;
  while (isRunning(target)) {
    if (Date.now() >= until) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}
