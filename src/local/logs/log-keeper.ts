/**
 * The process that writes the logs of `npm start` (a script). Children write into pipes; this one reads them, and holds each log to
 * its size. The supervisor does not do this itself: halted (Ctrl-Z, Ctrl-S), it would let the pipes fill up and block its
 * children, and killed, it would lose their last lines. The keeper ends when the supervisor and all writers are gone.
 */
import type { Socket } from 'node:net';
import { keepFilesPrivate } from '../../platform/private-files';
import { RotatingLog } from './rotating-log';

/** Sent with the end of a pipe that one run of a child writes to. */
export interface OpenLog {
  readonly open: string;
  readonly logFile: string;
}

/** The answer, once the other end is closed everywhere: all of it is in the file. */
export interface LogClosed {
  readonly closed: string;
}

keepFilesPrivate();
/** By their file: runs of one child follow upon each other. */
const logs = new Map<string, RotatingLog>();

process.on('message', ({ open, logFile }: OpenLog, pipe: Socket | undefined) => {
  // The run was over before its pipe was here.
  if (pipe === undefined) return tell({ closed: open });
  const log = logs.get(logFile) ?? new RotatingLog(logFile);
  logs.set(logFile, log);
  pipe.on('data', (bytes: Buffer) => log.write(bytes));
  pipe.on('error', () => undefined);
  pipe.once('close', () => tell({ closed: open }));
});

function tell(message: LogClosed): void {
  if (process.connected) process.send?.(message, () => undefined);
}

// It gets the same signal as the processes that write, and ends last: when their pipes end.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
