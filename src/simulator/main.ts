/** The simulator as a process of its own. */
import { parseDuration } from '../contract/duration';
import { printable } from '../contract/text';
import { STANDSTILL_LIMIT, watchEventLoop } from '../platform/event-loop-watch';
import { keepFilesPrivate } from '../platform/private-files';
import { onShutdown } from '../platform/process-lifetime';
import { startSimulator } from './server';

async function main(): Promise<void> {
  keepFilesPrivate();
  const limitMs = parseDuration(process.env['STANDSTILL_LIMIT'] || STANDSTILL_LIMIT);
  if (limitMs === undefined) throw new Error('STANDSTILL_LIMIT must be a duration such as 45s');
  watchEventLoop({ name: 'simulator', limitMs }, process.env);
  const { SIMULATOR_HOST, SIMULATOR_NAME, SIMULATOR_PORT, SIMULATOR_DATA, SIMULATOR_TASK_SECONDS } =
    process.env;
  const simulator = await startSimulator({
    host: SIMULATOR_HOST || undefined,
    name: SIMULATOR_NAME || undefined,
    port: wholeNumber('SIMULATOR_PORT', SIMULATOR_PORT),
    dataFile: SIMULATOR_DATA || undefined,
    taskSeconds: positive('SIMULATOR_TASK_SECONDS', SIMULATOR_TASK_SECONDS),
  });
  console.log(`simulator listening on ${simulator.url}`);
  onShutdown(() => simulator.close());
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined;
  if (!/^\d{1,5}$/.test(text)) throw new Error(`${name} must be a port number, not ${text}`);
  return Number(text);
}

function positive(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} must be a number of seconds, not ${text}`);
  return value;
}

main().catch((error: unknown) => {
  console.error(printable(`simulator: ${error instanceof Error ? error.message : String(error)}`));
  process.exit(1);
});
