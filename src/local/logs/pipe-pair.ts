import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longest name of a local socket: 103 bytes on macOS, 107 on Linux. */
const LONGEST_PATH = 103;
/** What follows upon the name of the folder. */
const NAME = join('reels-XXXXXX', 's');

/**
 * Both ends of a connection within this machine. Neither is read here: Node's own pipes to a child have one end in this
 * process, which reads it.
 */
export async function pipePair(): Promise<{ readonly reader: Socket; readonly writer: Socket }> {
  const folder = makeFolder();
  const server = createServer({ pauseOnConnect: true });
  try {
    server.listen(join(folder, 's'));
    await once(server, 'listening');
    // An accepted socket could be handed on, too, but the receiving server would count it.
    const reader = connect(join(folder, 's')).pause();
    const [[writer]] = (await Promise.all([once(server, 'connection'), once(reader, 'connect')])) as [
      [Socket],
      unknown,
    ];
    for (const end of [reader, writer]) end.on('error', () => undefined);
    return { reader, writer };
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** For a name that is there for a moment. TMPDIR may be missing, closed, or too long for the name of a socket. */
function makeFolder(): string {
  try {
    if (Buffer.byteLength(join(tmpdir(), NAME)) <= LONGEST_PATH) return mkdtempSync(join(tmpdir(), 'reels-'));
  } catch {
    // The other one, below.
  }
  return mkdtempSync(join('/tmp', 'reels-'));
}
