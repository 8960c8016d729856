import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

const HOOK = resolve(__dirname, '../../tools/typescript.js');

/** A process that says when it begins to stop, and stops when it is sent a line. */
async function start(
  stop = 'new Promise((resolve) => process.stdin.once("data", resolve))',
): Promise<ChildProcess> {
  const script = `
    const { onShutdown } = require(${JSON.stringify(join(__dirname, 'process-lifetime.ts'))});
    onShutdown(async (reason) => { console.log('stopping: ' + reason); await ${stop}; });
    process.stdin.resume();
    console.log('ready');
  `;
  const child = spawn(process.execPath, ['--require', HOOK, '-e', script], {
    stdio: ['pipe', 'pipe', 'ignore', 'ipc'],
  });
  expect(await said(child)).toBe('ready');
  return child;
}

async function said(child: ChildProcess): Promise<string> {
  const [data] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return data.toString().trim();
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s stops the process, which then exits with 0',
  async (signal) => {
    const child = await start();
    child.kill(signal);
    expect(await said(child)).toBe(`stopping: ${signal}`);
    child.stdin?.write('done\n');
    expect(await exitCode(child)).toBe(0);
  },
);

test('the process stops when its supervisor is gone', async () => {
  const child = await start();
  child.disconnect();
  expect(await said(child)).toBe('stopping: the supervisor is gone');
  child.stdin?.write('done\n');
  expect(await exitCode(child)).toBe(0);
});

test('a signal after the end of the supervisor does not cut the stop short', async () => {
  const child = await start();
  child.disconnect();
  await said(child);
  child.kill('SIGTERM');
  child.stdin?.write('done\n');
  expect(await exitCode(child)).toBe(0);
});

test('a stop that fails makes the exit code 1', async () => {
  const child = await start('Promise.reject(new Error("disk"))');
  child.kill('SIGTERM');
  expect(await exitCode(child)).toBe(1);
});

test('a later second signal does not wait for the stop', async () => {
  const child = await start('new Promise(() => {})');
  child.kill('SIGINT');
  await said(child);
  // Sent until it counts: within a second it is taken for the same key press.
  const again = setInterval(() => child.kill('SIGINT'), 200);
  expect(await exitCode(child)).toBe(1);
  clearInterval(again);
});
