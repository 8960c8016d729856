/** Loaded before a process of the soak: writes how its event loop and its memory are into VITALS_FILE, every 5 s. */
const { renameSync, writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { setInterval } = require('node:timers');
const { isMainThread } = require('node:worker_threads');

const RESOLUTION_MS = 10;
const file = process.env.VITALS_FILE;

// A worker of Temporal has threads, which load this as well.
if (isMainThread && file) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  setInterval(() => {
    const vitals = {
      loopP99Ms: late(delay.percentile(99)),
      loopMaxMs: late(delay.max),
      resources: process.getActiveResourcesInfo().length,
      heapMegabytes: process.memoryUsage().heapUsed / 2 ** 20,
    };
    delay.reset();
    writeFileSync(`${file}.part`, JSON.stringify(vitals));
    renameSync(`${file}.part`, file);
  }, 5_000).unref();
}
