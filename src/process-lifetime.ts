/** How the processes of the service end: API, worker, simulator and the supervisor itself. */

/** npm passes a Ctrl-C on, so one key press may arrive twice: only a later signal means impatience. */
const SAME_KEY_PRESS_MS = 1_000;

/**
 * Runs `stop` once, when the process is told to end: by SIGTERM or SIGINT, because its terminal was closed
 * (SIGHUP), or because the supervisor that started it with an IPC channel is gone. Then exits with 0, or with 1
 * when `stop` rejects. A second SIGTERM or SIGINT does not wait for `stop` and exits with 1.
 *
 * @param stop finishes or hands back what is under way; it must be bounded in time. `reason` is for the log.
 */
export function onShutdown(stop: (reason: string) => Promise<void>): void {
  let stoppingSince: number | undefined;

  const begin = (reason: string): void => {
    if (stoppingSince !== undefined) return;
    stoppingSince = Date.now();
    stop(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Stopping failed: ${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== undefined && Date.now() - stoppingSince > SAME_KEY_PRESS_MS) process.exit(1);
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
