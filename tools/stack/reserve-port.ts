/**
 * Ports for servers that are started later, or again. One that the system picks ("port 0") is let go before the server
 * starts, and is then given to the next connection of any process; Temporal ends when it finds its port taken.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCode } from '../../src/platform/files/disk-fault';
import { isAlive } from '../../src/platform/files/part-files';
import { claimPort, PortInUseError } from '../../src/platform/free-port';

/** Below the ports that systems give to connections, and below those that the service chooses (`CHOSEN_PORTS`). */
const [FIRST, LAST] = [12_000, 20_000];
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

const reserved = new Set<string>();
process.once('exit', () => {
  for (const file of reserved) rmSync(file, { force: true });
});

function reserve(port: number): boolean {
  const file = join(FOLDER, String(port));
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    removeOfTheDead(file);
    return false;
  }
  reserved.add(file);
  return true;
}

function removeOfTheDead(file: string): void {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // 0 where its number is not written yet.
    if (pid !== 0 && !isAlive(pid)) rmSync(file, { force: true });
  } catch (error) {
    // Another process was quicker.
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
