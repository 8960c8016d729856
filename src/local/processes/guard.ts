/**
 * Runs a program that is not ours, Temporal's server, as a child that ends with the supervisor: when the IPC
 * channel closes, the guard lets the other processes finish first, because they need Temporal to hand back
 * their work, kills those that do not within their grace, and then ends it.
 *
 * Arguments: the lock file, the door of its UI if it has one (`uiDoorArgument`), the program, its arguments. The program
 * runs in the folder of the lock file.
 */
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { printable } from '../../contract/text';
import { writeNow } from '../../platform/write-now';
import { readLock } from './data-dir-lock';
import { endOverdue, endProcess } from './end-process';
import { hideAddress } from '../ui-proxy/hidden-address';
import { identify, type ProcessIdentity } from './process-identity';
import { openUiDoor, readUiDoor } from '../ui-proxy/ui-proxy';

/** The message to the supervisor once the program runs. */
export interface GuardMessage {
  readonly guarded: ProcessIdentity;
}

/** Time for Temporal to close its database. */
const PROGRAM_MAY_TAKE_MS = 10_000;

const [lockPath = '', ...command] = process.argv.slice(2);
const door = readUiDoor(command[0]);
const [program = '', ...args] = door === undefined ? command : command.slice(1);
// In that folder: to Temporal a path to its database is a URI, in which some characters mean something else.
const child = spawn(program.includes('/') ? resolve(program) : program, args, {
  cwd: dirname(lockPath),
  stdio: ['ignore', 'pipe', 'pipe'],
});
const guarded = child.pid === undefined ? undefined : identify(child.pid);
let stopping = false;

child.once('error', (error) => {
  writeNow('stderr', `${program}: ${error.message}\n`);
  process.exit(1);
});
passOnLines(child.stdout, 'stdout');
passOnLines(child.stderr, 'stderr');
child.once('close', (code) => process.exit(stopping ? 0 : (code ?? 1)));
// However this process ends: an orphan would keep the database open beside its successor.
process.once('exit', () => child.kill('SIGKILL'));

// As long as the program is there, and no longer.
if (door !== undefined) {
  openUiDoor(door).catch((error: unknown) => {
    writeNow('stderr', `${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}

/** The program's output without the hidden address and without control characters. */
function passOnLines(from: Readable, to: 'stdout' | 'stderr'): void {
  createInterface(from).on('line', (line) => {
    writeNow(to, `${printable(door ? hideAddress(line, door.to) : line)}\n`);
  });
}

function stop(): void {
  stopping = true;
  if (guarded) void endProcess(guarded, PROGRAM_MAY_TAKE_MS);
}

async function stopLast(): Promise<void> {
  const { children } = readLock(lockPath) ?? { children: [] };
  // Those that end before this one; the log keeper takes its last lines.
  const others = children.slice(
    0,
    children.findIndex(({ pid }) => pid === process.pid),
  );
  await Promise.all(others.map((other) => endOverdue(other, other.stopGraceMs)));
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.once('disconnect', () => void stopLast().finally(stop));
if (guarded) process.send?.({ guarded } satisfies GuardMessage);
