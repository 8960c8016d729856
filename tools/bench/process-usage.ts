import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** Of all its threads, since it started. */
  readonly cpuSeconds: number;
  /** Resident memory of this process alone: the most it ever had, or where that is not told, what it has now. */
  readonly peakMegabytes: number;
}

/** The kernel's USER_HZ: the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export function processUsage(pid: number): ProcessUsage {
  return process.platform === 'linux' ? usageOnLinux(pid) : usageByPs(pid);
}

function usageOnLinux(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the process is in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    peakMegabytes: Number(peak) / 1_024,
  };
}

function usageByPs(pid: number): ProcessUsage {
  const output = execFileSync('ps', ['-o', 'rss=,time=', '-p', String(pid)], { encoding: 'utf8' });
  const [rss = '', time = ''] = output.trim().split(/\s+/);
  const cpuSeconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return { cpuSeconds, peakMegabytes: Number(rss) / 1_024 };
}
