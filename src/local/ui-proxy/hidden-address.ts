import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LOOPBACK } from '../local-url';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * A free port on a random address of 127/8, for a server that checks nobody: a page in a browser can neither know nor find it.
 * On systems with one loopback address (macOS), a random port of that one.
 */
export async function hiddenAddress(): Promise<Address> {
  const host = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
  const port = await bind(host, 0);
  return port === undefined ? { host: LOOPBACK, port: (await bind(LOOPBACK, 0)) ?? 0 } : { host, port };
}

/**
 * Ports that no browser connects to for a page (the Fetch standard's "bad ports", above 1023): for what checks nobody and
 * cannot be given an address of its own.
 */
export const PORTS_WITHOUT_BROWSERS: readonly number[] = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
];

/** A free one of them; undefined when all are taken. */
export async function portWithoutBrowsers(host: string): Promise<number | undefined> {
  const start = randomInt(PORTS_WITHOUT_BROWSERS.length);
  const ports = [...PORTS_WITHOUT_BROWSERS.slice(start), ...PORTS_WITHOUT_BROWSERS.slice(0, start)];
  for (const port of ports) if ((await bind(host, port)) !== undefined) return port;
  return undefined;
}

/** Takes out of a text what tells where a hidden server listens. */
export function hideAddress(text: string, { host, port }: Address): string {
  const portless = text.replace(new RegExp(`:${port}\\b`, 'g'), ':[hidden]');
  return host === LOOPBACK ? portless : portless.replaceAll(host, '[hidden]');
}

/** Which port was bound for a moment, 0 meaning any; undefined: that one could not be. */
function bind(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
