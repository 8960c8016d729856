import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** A start of a machine, and when that was by its clock: if the clock is set, this time moves with it. */
export interface MachineStart {
  readonly id: string;
  readonly atMs: number;
}

/** Of this machine; undefined where the system does not name its starts (elsewhere than on Linux). */
export function readMachineStart(): MachineStart | undefined {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The uptime counts sleep as well, and nothing sets it.
    return { id, atMs: Math.round(Date.now() - uptime() * 1_000) };
  } catch {
    return undefined;
  }
}
