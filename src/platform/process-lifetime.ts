/** How the processes of the service end: API, worker, simulator and the supervisor itself. */

import { redact } from './logging';
import { writeNow } from './write-now';

/** npm passes a Ctrl-C on, so one key press may arrive twice: only a later signal means impatience. */
const SAME_KEY_PRESS_MS = 1_000;

/**
 * Runs `stop` once, when the process has to end: by SIGTERM or SIGINT, because its terminal was closed
 * (SIGHUP), or because the supervisor that started it with an IPC channel is gone. Then exits with 0, or with 1
 * when `stop` rejects.
 *
 * @param stop finishes or hands back what is under way; it must be bounded in time. `reason` is for the log.
 * @param hurry answers a second SIGTERM or SIGINT; default: exits with 1 without waiting for `stop`.
 */
export function onShutdown(
  stop: (reason: string) => Promise<void>,
  hurry: () => void = () => process.exit(1),
): void {
  let stopping = false;
  let firstSignalAt: number | undefined;

  const begin = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    stop(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        writeNow(
          'stderr',
          redact(`Stopping failed: ${error instanceof Error ? error.stack : String(error)}\n`),
        );
        process.exit(1);
      },
    );
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstSignalAt !== undefined && Date.now() - firstSignalAt > SAME_KEY_PRESS_MS) return hurry();
    firstSignalAt ??= Date.now();
    begin(signal);
  };

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('SIGHUP', () => begin('SIGHUP'));
  if (process.send !== undefined) {
    process.once('disconnect', () => begin('the supervisor is gone'));
    // It may have gone before anyone listened.
    if (!process.connected) begin('the supervisor is gone');
  }
}
