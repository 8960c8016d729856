import { writeSync } from 'node:fs';

const STDOUT = 1;
const STDERR = 2;
const FULL_PIPE_PAUSE_MS = 1;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes to a standard stream before it returns, whatever that is. `process.stdout` keeps in memory what a full pipe does not
 * take at once, and a process that is killed loses it. Where nobody reads any more nothing is written, and nothing thrown.
 */
export function writeNow(stream: 'stdout' | 'stderr', text: string): void {
  const fd = stream === 'stdout' ? STDOUT : STDERR;
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(pause, 0, 0, FULL_PIPE_PAUSE_MS);
    }
  }
}
