import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** A port of a setting is taken by another program. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

/**
 * Where a port is chosen: below those that Linux (from 32768 on), macOS and Windows (49152) give to connections, which any process may
 * have by the time that the server listens.
 */
export const CHOSEN_PORTS = { first: 20_000, last: 32_000 };
const TRIES = 100;

/**
 * The port that a setting asks for, 0 meaning any free one.
 *
 * @throws PortInUseError naming the setting and the fix.
 */
export async function claimPort(setting: string, port: number, host: string): Promise<number> {
  try {
    return port === 0 ? await anyPort(host) : await tryPort(port, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : 'may not be used by this user';
    throw new PortInUseError(
      `Port ${port} (${setting}) ${why}. End that program, or set ${setting} to another port (0: any free one).`,
    );
  }
}

async function anyPort(host: string): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(CHOSEN_PORTS.first, CHOSEN_PORTS.last);
    const isFree = await tryPort(port, host).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
  return tryPort(0, host);
}

/** @throws Error of the system. */
function tryPort(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
