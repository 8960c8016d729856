import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';

/**
 * Whether a request comes from a page elsewhere, open in a browser of this machine: by a DNS name of its own that points
 * here (Host), or across origins (Origin). Where others may reach the simulator, they know it by names of their own.
 */
export function isForeignPage({ headers }: IncomingMessage, boundTo: string, name?: string): boolean {
  const url = `http://${headers.host ?? ''}`;
  if (!/^[\w.[\]:-]+$/.test(headers.host ?? '') || !URL.canParse(url)) return true;
  const own = new URL(url);
  if (own.hostname !== name && isLoopback(boundTo) && !isLoopback(own.hostname)) return true;
  return headers.origin !== undefined && headers.origin !== own.origin;
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|\[?::1\]?)$/.test(host) || (isIPv4(host) && host.startsWith('127.'));
}
