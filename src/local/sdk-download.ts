import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BinaryPin } from './binary-pins';
import { runCommand } from './run-command';

const TIMEOUT_MS = 10 * 60_000;

/**
 * Starts and ends a server: the SDK hands over no binary without doing so. In a process of its own, because
 * the SDK offers no way to stop a download that hangs.
 */
const SCRIPT = `
const { TestWorkflowEnvironment } = require(process.argv[1]);
const server = { executable: { type: 'cached-download', downloadDir: process.argv[2], version: process.argv[3] } };
const start = process.argv[4] === 'time-skipping' ? 'createTimeSkipping' : 'createLocal';
TestWorkflowEnvironment[start]({ server }).then((env) => env.teardown()).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
`;

/**
 * Downloads a binary as the Temporal SDK does it, from temporal.download.
 *
 * @param idleMs gives up after so long without a byte.
 * @returns path of the binary in `folder`.
 * @throws Error with a reason of one line.
 */
export async function downloadWithSdk(
  pin: BinaryPin,
  folder: string,
  env: NodeJS.ProcessEnv,
  idleMs = 15_000,
): Promise<string> {
  const idle = new AbortController();
  let bytes = 0;
  let lastGrowth = Date.now();
  const watch = setInterval(
    () => {
      void bytesIn(folder).then((now) => {
        if (now > bytes) [bytes, lastGrowth] = [now, Date.now()];
        else if (Date.now() - lastGrowth > idleMs) idle.abort();
      });
    },
    Math.min(1_000, idleMs),
  );
  try {
    const sdk = require.resolve('@temporalio/testing');
    const args = ['-e', SCRIPT, sdk, folder, `v${pin.version}`, pin.sdkServer];
    const result = await runCommand(process.execPath, args, {
      timeoutMs: TIMEOUT_MS,
      env,
      signal: idle.signal,
    });
    if (idle.signal.aborted) throw new Error(`no byte came within ${idleMs / 1_000} s`);
    if (!result.ok) throw new Error(result.output.split(': ').at(-1));
  } finally {
    clearInterval(watch);
  }
  const file = (await readdir(folder)).find((name) => name.endsWith(`-v${pin.version}`));
  if (!file) throw new Error('the SDK left no binary behind');
  return join(folder, file);
}

async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    sum += (await stat(join(folder, name)).catch(() => ({ size: 0 }))).size;
  }
  return sum;
}
