import type { DataDirLock } from './data-dir-lock';
import { endProcess } from './end-process';
import { isRunning } from './process-identity';

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
