/**
 * The thread that watches the event loop of its process. It counts its own ticks and reads no clock: a machine that was
 * asleep, or a process that was stopped by a signal, has not stood still.
 */
import { write } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { formatDuration } from '../contract/duration';
import type { WatchData } from './event-loop-watch';
import { createStandstillNote, namedAfterMs } from './standstills';

const TICK_MS = 500;
const STANDARD_OUTPUT = 1;
const LAST_WORDS_WITHIN_MS = 1_000;

const { name, limitMs, storageRoot, loop, supervisor } = workerData as WatchData;
const view = new Int32Array(loop);
const note = storageRoot === undefined ? undefined : createStandstillNote(storageRoot, name);

let lastBeat = -1;
let stillMs = 0;
let orphanedMs = 0;

const ticking = setInterval(() => {
  const beat = Atomics.load(view, 0);
  const turns = beat !== lastBeat || Atomics.load(view, 1) === 1;
  lastBeat = beat;
  if (turns && stillMs >= namedAfterMs(limitMs)) void note?.remove();
  stillMs = turns ? 0 : stillMs + TICK_MS;
  orphanedMs = supervisor && process.ppid !== supervisor.pid ? orphanedMs + TICK_MS : 0;

  if (stillMs >= limitMs) {
    end(`its event loop has stood still for ${formatDuration(stillMs)}`);
  } else if (supervisor && orphanedMs >= supervisor.graceMs) {
    end(`its supervisor is gone, and it has not ended by itself within ${formatDuration(orphanedMs)}`);
  } else if (stillMs >= namedAfterMs(limitMs)) {
    void note?.write(stillMs);
  }
}, TICK_MS);

function end(reason: string): void {
  clearInterval(ticking);
  const kill = (): void => void process.kill(process.pid, 'SIGKILL');
  // Whatever holds the event loop up may hold these up as well.
  setTimeout(kill, LAST_WORDS_WITHIN_MS);
  const time = new Date().toISOString();
  const line = { level: 'fatal', time, name, msg: `this process is killed: ${reason}` };
  void Promise.all([say(JSON.stringify(line)), note?.remove()]).then(kill);
}

/** Past the streams of the process, which are its event loop's. */
function say(line: string): Promise<void> {
  return new Promise((resolve) => write(STANDARD_OUTPUT, `${line}\n`, () => resolve()));
}
