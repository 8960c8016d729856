/**
 * Ports for servers that are started later, or again. One that the system picks ("port 0") is let go before the server
 * starts, and is then given to the next connection of any process; Temporal ends when it finds its port taken.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPort, PortInUseError } from '../../src/platform/free-port';

/** Below the ports that Linux (32768), macOS and Windows (49152) give to connections. */
const [FIRST, LAST] = [20_000, 32_000];
const FOLDER = join(tmpdir(), 'reels-test-ports');

/** A port of 127.0.0.1 that is free, and that no other test gets while this process lives. */
export async function reservePort(): Promise<number> {
  await mkdir(FOLDER, { recursive: true });
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (!reserve(port)) continue;
    try {
      return await claimPort('PORT', port, '127.0.0.1');
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
    }
  }
}

function reserve(port: number): boolean {
  const file = join(FOLDER, String(port));
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isAlive(Number(readFileSync(file, 'utf8')))) rmSync(file, { force: true });
    return false;
  }
  process.once('exit', () => rmSync(file, { force: true }));
  return true;
}

/** 0 where its number is not written yet. */
function isAlive(pid: number): boolean {
  if (pid === 0) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
