import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endProcess } from './end-process';
import { identify, isRunning, type ProcessIdentity } from './process-identity';

function start(script: string) {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('the child did not start');
  return { child, identity };
}

test('a process is known while it runs and not afterwards', async () => {
  const { child, identity } = start('console.log(1); setInterval(() => {}, 1000)');
  expect(isRunning(identity)).toBe(true);
  await Promise.all([once(child, 'exit'), endProcess(identity, 10_000)]);
  expect(child.signalCode).toBe('SIGTERM');
  expect(isRunning(identity)).toBe(false);
});

test('a process that ignores SIGTERM is killed after its grace', async () => {
  const { child, identity } = start(
    `process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)`,
  );
  await once(child.stdout, 'data');
  await Promise.all([once(child, 'exit'), endProcess(identity, 200)]);
  expect(child.signalCode).toBe('SIGKILL');
});

test('a process with a recycled PID is left alone', async () => {
  const { child, identity } = start('setInterval(() => {}, 1000)');
  const earlier: ProcessIdentity = { pid: identity.pid, startedAt: 'before' };
  await endProcess(earlier, 0);
  expect(isRunning(identity)).toBe(true);
  await Promise.all([once(child, 'exit'), endProcess(identity, 10_000)]);
});
