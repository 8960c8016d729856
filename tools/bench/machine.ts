import { cpus, loadavg, totalmem } from 'node:os';

/** What the numbers were measured on. A load near the number of cores means that others worked here too. */
export function machine(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1);
  return `${cpus().length} cores (${cpu?.model.trim()}), ${gigabytes} GB, ${process.platform}, Node ${process.version}, load ${load}`;
}
