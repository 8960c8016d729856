/**
 * A supervisor of stand-ins in a process of its own, to be killed by tests: a guarded program first, as Temporal
 * is, then a worker. Arguments: data folder, file of events, how long the worker takes to end,
 * and how long it may take (ms).
 */
import { join } from 'node:path';
import { DataDirLock } from '../../src/local/processes/data-dir-lock';
import { endLeftovers } from '../../src/local/processes/end-process';
import { Supervisor } from '../../src/local/processes/supervisor';
import { onShutdown } from '../../src/platform/process-lifetime';

const [folder = '', events = '', workerEndsAfterMs = '0', workerGraceMs = '30000'] = process.argv.slice(2);
const lockFile = join(folder, 'lock');
const lock = DataDirLock.acquire(lockFile, 'http://127.0.0.1:3000');
const supervisor = new Supervisor({ say: console.log, onChange: (children) => lock.update({ children }) });
const standIn = join(__dirname, 'stand-in.js');
const shared = { env: process.env, stopGraceMs: 30_000, show: () => undefined };

onShutdown(
  async () => {
    await supervisor.stop();
    lock.release();
  },
  () => void supervisor.hurry(),
);

void endLeftovers(lock, console.log).then(async () => {
  await supervisor.start({
    ...shared,
    name: 'Temporal',
    command: [
      join(__dirname, '../../src/local/processes/guard.ts'),
      lockFile,
      process.execPath,
      standIn,
      'program',
      events,
      '0',
    ],
    logFile: join(folder, 'temporal.log'),
  });
  await supervisor.start({
    ...shared,
    name: 'worker',
    stopGraceMs: Number(workerGraceMs),
    command: [standIn, 'worker', events, workerEndsAfterMs],
    logFile: join(folder, 'worker.log'),
  });
  supervisor.started();
});
