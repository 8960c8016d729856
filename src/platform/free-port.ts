import { createServer } from 'node:net';

/** A port of a setting is taken by another program. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

/**
 * The port that a setting asks for, 0 meaning any free one.
 *
 * @throws PortInUseError naming the setting and the fix.
 */
export async function claimPort(setting: string, port: number, host: string): Promise<number> {
  try {
    return await tryPort(port, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : 'may not be used by this user';
    throw new PortInUseError(
      `Port ${port} (${setting}) ${why}. End that program, or set ${setting} to another port (0: any free one).`,
    );
  }
}

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
